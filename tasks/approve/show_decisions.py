"""Show on the run's page the outcome of a request, each vote with role and deputy, and the digests it is bound to."""

from __future__ import annotations

from datetime import UTC, datetime

from data.queries.approval_snapshot import approval_snapshot
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import request_page
from views.forms.request_outcome import decision_lines


def show_decisions(key: str) -> None:
    """Create a Prefect artifact of the request in its present state."""
    shown = approval_snapshot(Registry.here(), key, datetime.now(UTC))
    lines = [*decision_lines(shown.request, shown.votes), *evidence_line(request_page(key), key)]
    about = f"request to {shown.request.purpose} {short(key)}: {shown.request.state}"
    create_prefect_artifact("approval", key, lines, about)
