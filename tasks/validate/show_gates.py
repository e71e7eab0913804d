"""Show on the run's page the verdicts of the gates on a version."""

from __future__ import annotations

from data.records.names import short
from data.records.review import VerdictSet
from data.text.markdown_text import plain
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.gate_tables import gate_counts, gate_table, gates_not_passed, outcome_of
from views.forms.version_facts import split_digest


def show_gates(verdicts: VerdictSet) -> None:
    """Create a Prefect artifact of the verdicts; those that did not pass come first."""
    where = f" for {verdicts.environment}" if verdicts.environment else ""
    about = f"{short(verdicts.version)}, judged to {verdicts.stage}{where}"
    summary = gate_counts(verdicts.judgements).replace("**", "")
    create_prefect_artifact("gates", verdicts.version, gate_lines(verdicts, about), f"{about}: {summary}")


def gate_lines(verdicts: VerdictSet, about: str) -> list[str]:
    """Return Markdown: counts, the standards, the criteria that did not pass, then those that passed."""
    passed = [one for one in verdicts.judgements if outcome_of(one) == "passed"]
    standards, evidence = _named(verdicts.standards), split_digest(verdicts.evidence_digest)
    return [
        f"### Gates: {about}",
        "",
        gate_counts(verdicts.judgements),
        "",
        f"Verdict set {verdicts.number}, under {standards}, on {evidence}",
        *gates_not_passed(verdicts.judgements),
        *(["", "#### Passed", "", *gate_table(passed)] if passed else []),
        *evidence_line(version_page(verdicts.version), verdicts.version),
    ]


def _named(standards: tuple[str, ...]) -> str:
    """Return standard keys as text: `standards/baseline/2` becomes `baseline 2`."""
    return ", ".join(" ".join(plain(part) for part in one.split("/")[1:]) or plain(one) for one in standards)
