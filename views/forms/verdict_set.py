"""The verdicts of one judgement of a version as Markdown: counts, standards, and a row for each criterion."""

from __future__ import annotations

from data.records.names import short
from data.records.review import VerdictSet
from data.text.markdown_text import plain
from views.forms.gate_tables import gate_counts, gate_table, gates_not_passed, outcome_of
from views.forms.version_facts import split_digest


def verdict_title(verdicts: VerdictSet) -> str:
    """Return the version, the stage that it was judged for, and the environment if there is one."""
    where = f" for {verdicts.environment}" if verdicts.environment else ""
    return f"{short(verdicts.version)}, judged at stage {verdicts.stage}{where}"


def verdict_summary(verdicts: VerdictSet) -> str:
    """Return the title and the counts in one sentence, without Markdown."""
    return f"{verdict_title(verdicts)}: {gate_counts(verdicts.judgements).replace('**', '')}"


def verdict_lines(verdicts: VerdictSet) -> list[str]:
    """Return Markdown: counts, the standards, the criteria that did not pass, then those that passed."""
    passed = [one for one in verdicts.judgements if outcome_of(one) == "passed"]
    standards, evidence = _named(verdicts.standards), split_digest(verdicts.evidence_digest)
    return [
        f"### Gates: {plain(verdict_title(verdicts))}",
        "",
        gate_counts(verdicts.judgements),
        "",
        f"Verdict set {verdicts.number}, under {standards}, on {evidence}",
        *gates_not_passed(verdicts.judgements),
        *(["", "#### Passed", "", *gate_table(passed)] if passed else []),
    ]


def _named(standards: tuple[str, ...]) -> str:
    """Return standard keys as text: `standards/baseline/2` becomes `baseline 2`."""
    return ", ".join(" ".join(plain(part) for part in one.split("/")[1:]) or plain(one) for one in standards)
