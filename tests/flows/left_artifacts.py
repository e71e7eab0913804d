"""What the newest run left on its page.

newest_artifact("gates-ops-delay")      its Markdown
"""

from __future__ import annotations

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort


def newest_artifact(key: str) -> str:
    """The text of the newest artifact under a key; it belongs to a run."""
    artifact_filter = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=artifact_filter, sort=ArtifactSort.CREATED_DESC, limit=1)
    assert found, f"no run left {key}"
    assert found[0].flow_run_id is not None
    return str(found[0].data)
