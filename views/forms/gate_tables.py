"""What the gates said, for people: how many of each verdict, what did not pass in full, and then what passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data.records.verdict import Judgement
from data.text.markdown_text import plain

ORDER = ("failed", "unproven", "waived", "passed")
HEAD = ["| verdict | control | gate | on what |", "|---|---|---|---|"]
TEXT = {"passed": "because", "failed": "reason", "unproven": "missing"}


def outcome_of(one: Judgement) -> str:
    """Its verdict, or `waived` where a waiver stands in for one."""
    return "waived" if one.waived_by else one.verdict.outcome


def gate_counts(judgements: Sequence[Judgement]) -> str:
    """How the criteria came out, worst first, in a sentence."""
    if not judgements:
        return "**No gate has judged this.**"
    counts = Counter(outcome_of(one) for one in judgements)
    if counts["passed"] == len(judgements):
        return f"**All {counts['passed']} criteria passed.**"
    return (
        "**" + ", ".join(f"{counts[one]} {one}" for one in ORDER if counts[one]) + f"** of {len(judgements)} criteria"
    )


def gates_not_passed(judgements: Sequence[Judgement]) -> list[str]:
    """A table of what failed, is unproven or was waived, in this order; nothing where all passed."""
    rows = [one for one in judgements if outcome_of(one) != "passed"]
    return ["", "#### Not passed", "", *gate_table(rows)] if rows else []


def gates_passed(judgements: Sequence[Judgement]) -> list[str]:
    """A table of what passed, folded up where the page can fold."""
    rows = [one for one in judgements if outcome_of(one) == "passed"]
    if not rows:
        return []
    return ["", f"<details><summary>{len(rows)} passed</summary>", "", *gate_table(rows), "", "</details>"]


def gate_table(judgements: Sequence[Judgement]) -> list[str]:
    """A Markdown table, one criterion a row, what needs eyes first; nothing for none."""
    ranked = sorted(judgements, key=lambda one: ORDER.index(outcome_of(one)))
    return [*HEAD, *(_row(one) for one in ranked)] if ranked else []


def _row(one: Judgement) -> str:
    said = plain(getattr(one.verdict, TEXT[one.verdict.outcome]))
    return f"| {_verdict(one)} | {plain(one.control)} | {plain(one.gate)}: {plain(one.criterion)} | {said} |"


def _verdict(one: Judgement) -> str:
    outcome = one.verdict.outcome
    if one.waived_by:
        return f"**waived** by waiver {plain(one.waived_by.rpartition('/')[2])}, {outcome} without it"
    if outcome == "passed":
        return outcome
    return f"**{outcome}**" + ("" if one.mode == "enforce" else f", which only {one.mode}s")
