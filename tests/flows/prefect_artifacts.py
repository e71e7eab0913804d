"""Read the Prefect artifacts that runs created.

newest_artifact("gates-deploy-ops-delay")      the Markdown of the latest
"""

from __future__ import annotations

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort


def newest_artifact(key: str) -> str:
    """Return the text of the latest Prefect artifact under a key, which must belong to a run."""
    artifact_filter = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=artifact_filter, sort=ArtifactSort.CREATED_DESC, limit=1)
    assert found, f"no run created {key}"
    assert found[0].flow_run_id is not None
    return str(found[0].data)
