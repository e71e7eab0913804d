"""Show on the run's page what the gates said of a version."""

from __future__ import annotations

from data.evidence_address import version_page
from data.records.names import short
from data.records.review import VerdictSet
from tasks.describe_gates import gate_counts, gates_not_passed, gates_passed
from tasks.leave_artifact import evidence_line, leave_artifact


def show_gates(verdicts: VerdictSet) -> None:
    """The verdicts as an artifact, what did not pass first."""
    where = f" for {verdicts.environment}" if verdicts.environment else ""
    about = f"{short(verdicts.version)}, judged to {verdicts.stage}{where}"
    leave_artifact("gates", verdicts.version, gate_lines(verdicts, about), about)


def gate_lines(verdicts: VerdictSet, about: str) -> list[str]:
    """Markdown: counts, the standards, what did not pass, what passed."""
    return [
        f"### Gates: {about}",
        "",
        gate_counts(verdicts.judgements),
        "",
        f"Under {', '.join(verdicts.standards)}; verdicts {verdicts.number}, on evidence `{verdicts.evidence_digest}`",
        *gates_not_passed(verdicts.judgements),
        *gates_passed(verdicts.judgements),
        *evidence_line(version_page(verdicts.version), verdicts.version),
    ]
