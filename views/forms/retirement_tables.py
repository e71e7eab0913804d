"""What people read about a retirement: what ends when, and for each consumer its answer and where it goes."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.text.markdown_text import plain, quoted


def retirement_lines(retirement: Retirement, parties: Sequence[RetirementParty]) -> list[str]:
    """Markdown: the sunset, what takes over, what stays in force, and a table of everybody affected."""
    successor = short(retirement.successor) if retirement.successor else "nothing"
    lines = [
        f"Sunset on {retirement.sunset_at:%Y-%m-%d} UTC because: {quoted(retirement.reason)}",
        "",
        f"Taken over by {plain(successor)}; withdrawn after {retirement.quiet_days} days of silence in the logs.",
    ]
    if retirement.outputs_in_force:
        lines += ["", f"Outputs that stay in force: {quoted(retirement.outputs_in_force)}"]
    return [*lines, "", *party_table(parties)]


def party_table(parties: Sequence[RetirementParty]) -> list[str]:
    """A Markdown table of the parties, or a sentence when there are none."""
    if not parties:
        return ["Nobody uses it: no consumer is declared, none was seen in the logs."]
    head = ["| consumer | known from | notices | answer | moves to | by |", "|---|---|--:|---|---|---|"]
    return [*head, *(_row(one) for one in parties)]


def _row(one: RetirementParty) -> str:
    known = "declaration" if one.declared else "the logs only"
    through = f" through {', '.join(short(name) for name in one.through)}" if one.through else ""
    answer = f"{one.answer} ({plain(one.answered_by)})" if one.answered_by else one.answer
    reason = f": {quoted(one.silence_reason)}" if one.silence_reason else ""
    day = f"{one.cut_over_at:%Y-%m-%d}" if one.cut_over_at else "–"
    moves = quoted(one.moves_to)
    return f"| {plain(one.system)} | {known}{plain(through)} | {one.notices} | {answer}{reason} | {moves} | {day} |"
