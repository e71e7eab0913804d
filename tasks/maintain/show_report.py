"""Show the report of a run on its page in Prefect: failures first, then what was done by job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.run.create_prefect_artifact import create_prefect_artifact
from views.forms.run_report import report_lines, report_summary


def show_report(kind: str, report: Mapping[str, Sequence[str]]) -> None:
    """Create a Prefect artifact of the report, named after the kind of run."""
    create_prefect_artifact(kind, "", report_lines(kind, report), report_summary(report))
