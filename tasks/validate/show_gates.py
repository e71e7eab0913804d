"""Show on the run's page the verdicts of the gates on a version."""

from __future__ import annotations

from data.records.review import VerdictSet
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.verdict_set import verdict_lines, verdict_summary


def show_gates(verdicts: VerdictSet) -> None:
    """Create a Prefect artifact of the verdicts; those that did not pass come first."""
    lines = [*verdict_lines(verdicts), *evidence_line(version_page(verdicts.version), verdicts.version)]
    create_prefect_artifact("gates", verdicts.version, lines, verdict_summary(verdicts))
