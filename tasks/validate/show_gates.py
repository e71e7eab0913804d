"""Show on the run's page what the gates said of a version."""

from __future__ import annotations

from data.records.names import short
from data.records.review import VerdictSet
from data.text.markdown_text import plain
from tasks.run.leave_artifact import evidence_line, leave_artifact
from views.evidence_address import version_page
from views.forms.gate_tables import gate_counts, gate_table, gates_not_passed, outcome_of
from views.forms.version_facts import split_digest


def show_gates(verdicts: VerdictSet) -> None:
    """The verdicts as an artifact, what did not pass first."""
    where = f" for {verdicts.environment}" if verdicts.environment else ""
    about = f"{short(verdicts.version)}, judged to {verdicts.stage}{where}"
    summary = gate_counts(verdicts.judgements).replace("**", "")
    leave_artifact("gates", verdicts.version, gate_lines(verdicts, about), f"{about}: {summary}")


def gate_lines(verdicts: VerdictSet, about: str) -> list[str]:
    """Markdown: counts, the standards, what did not pass, what passed."""
    passed = [one for one in verdicts.judgements if outcome_of(one) == "passed"]
    return [
        f"### Gates: {about}",
        "",
        gate_counts(verdicts.judgements),
        "",
        f"Verdicts {verdicts.number}, under {_named(verdicts.standards)}, on {split_digest(verdicts.evidence_digest)}",
        *gates_not_passed(verdicts.judgements),
        *(["", "#### Passed", "", *gate_table(passed)] if passed else []),
        *evidence_line(version_page(verdicts.version), verdicts.version),
    ]


def _named(standards: tuple[str, ...]) -> str:
    """`standards/baseline/2` reads `baseline 2`."""
    return ", ".join(" ".join(plain(part) for part in one.split("/")[1:]) or plain(one) for one in standards)
