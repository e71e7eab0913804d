"""Show on the run's page the verdicts of the gates on a version. A run that judges more than once shows each."""

from __future__ import annotations

from data.queries.rows import rows
from data.records.review import VerdictSet
from data.registry.registry import Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.verdict_set import verdict_lines, verdict_summary


def show_gates(verdicts: VerdictSet) -> None:
    """Create a Prefect artifact of the verdicts; those that did not pass come first.

    Prefect shows its key as its title: the key names the stage, and counts the judgements of the run at that stage.
    """
    every = rows(Registry.here(), VerdictSet, version=verdicts.version, stage=verdicts.stage, run_id=verdicts.run_id)
    count = f"-{len(every)}" if verdicts.run_id and len(every) > 1 else ""
    lines = [*verdict_lines(verdicts), *evidence_line(version_page(verdicts.version), verdicts.version)]
    create_prefect_artifact(f"gates-{verdicts.stage}{count}", verdicts.version, lines, verdict_summary(verdicts))
