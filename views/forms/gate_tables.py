"""The verdicts of the gates as Markdown: counts by outcome, criteria that did not pass, criteria that passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data.records.verdict import Judgement
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table

ORDER = ("failed", "unproven", "waived", "passed")
COLUMNS = ("verdict", "control", "gate", "reason")
REASONS = {"passed": "because", "failed": "reason", "unproven": "missing"}


def outcome_of(judgement: Judgement) -> str:
    """Return the outcome of a verdict, or `waived` if a waiver covers it."""
    return "waived" if judgement.waived_by else judgement.verdict.outcome


def gate_counts(judgements: Sequence[Judgement]) -> str:
    """Return a sentence with the number of criteria by outcome, the worst outcome first."""
    if not judgements:
        return "**No gate has judged this.**"
    counts = Counter(outcome_of(one) for one in judgements)
    if counts["passed"] == len(judgements):
        return f"**All {counts['passed']} criteria passed.**"
    return (
        "**" + ", ".join(f"{counts[one]} {one}" for one in ORDER if counts[one]) + f"** of {len(judgements)} criteria"
    )


def gates_not_passed(judgements: Sequence[Judgement]) -> list[str]:
    """Return a table of the criteria that failed, are unproven or were waived, in this order; nothing if all passed."""
    rows = [one for one in judgements if outcome_of(one) != "passed"]
    return ["", "#### Not passed", "", *gate_table(rows)] if rows else []


def gates_passed(judgements: Sequence[Judgement]) -> list[str]:
    """Return a table of the criteria that passed, inside a `details` element; nothing if none passed."""
    rows = [one for one in judgements if outcome_of(one) == "passed"]
    if not rows:
        return []
    return ["", f"<details><summary>{len(rows)} passed</summary>", "", *gate_table(rows), "", "</details>"]


def gate_table(judgements: Sequence[Judgement]) -> list[str]:
    """Return a Markdown table with one criterion a row, the worst outcome first; nothing without criteria."""
    ranked = sorted(judgements, key=lambda one: ORDER.index(outcome_of(one)))
    return markdown_table(COLUMNS, map(_row, ranked)) if ranked else []


def _row(judgement: Judgement) -> tuple[str, ...]:
    reason = plain(getattr(judgement.verdict, REASONS[judgement.verdict.outcome]))
    criterion = f"{plain(judgement.gate)}: {plain(judgement.criterion)}"
    return (_verdict(judgement), plain(judgement.control), criterion, reason)


def _verdict(judgement: Judgement) -> str:
    outcome = judgement.verdict.outcome
    if judgement.waived_by:
        return f"**waived** by waiver {plain(judgement.waived_by.rpartition('/')[2])}, {outcome} without it"
    if outcome == "passed":
        return outcome
    return f"**{outcome}**" + ("" if judgement.mode == "enforce" else f" ({judgement.mode} only)")
