"""Show on the run's page which version serves now, since when and why, and which versions served before."""

from __future__ import annotations

from data.queries.rows import rows
from data.records.deployment import Deployment
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.deployment_history import deployment_lines


def show_deployment(key: str) -> str:
    """Create a Prefect artifact of a deployment and the history of its slot; return the deployment's key."""
    every = rows(Registry.here(), Deployment, model=key.partition("/deployments/")[0])
    row = next(one for one in every if one.key == key)
    lines = [*deployment_lines(row, every), *evidence_line(version_page(row.version), row.version)]
    create_prefect_artifact("deployment", row.model, lines, f"{short(row.version)} in {row.environment}: {row.state}")
    return key
