"""Print verdicts on a terminal: one line for each criterion, then the remedies."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.verdict import Judgement
from modelward.cli.terminal import say, show_table

DETAIL = {"passed": "because", "failed": "reason", "unproven": "missing"}


def show_judgements(judgements: Sequence[Judgement]) -> None:
    """Print a table of all criteria, then the remedy for each one that is not cleared."""
    rows = [
        (one.control, _outcome(one), one.criterion, getattr(one.verdict, DETAIL[one.verdict.outcome]))
        for one in judgements
    ]
    show_table(("control", "verdict", "criterion", "why"), rows, "nothing was judged", whole=2)
    remedies = [
        (one.control, one.verdict.remedy) for one in judgements if not one.cleared and one.verdict.outcome != "passed"
    ]
    for control, remedy in dict.fromkeys(remedies):
        say(f"→ {control}: {remedy}")


def _outcome(judgement: Judgement) -> str:
    if judgement.waived_by is not None:
        return f"{judgement.verdict.outcome} (waived)"
    return (
        judgement.verdict.outcome if judgement.mode == "enforce" else f"{judgement.verdict.outcome} ({judgement.mode})"
    )
