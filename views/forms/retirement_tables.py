"""A retirement as Markdown: its dates and successor, and a table of the consumers with answers and transitions."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.names import short
from data.records.retirement import Retirement, RetirementParty
from data.text.markdown_text import plain, quoted
from views.forms.markdown_table import markdown_table


def retirement_lines(retirement: Retirement, parties: Sequence[RetirementParty]) -> list[str]:
    """Return the sunset, the successor, the outputs that stay in force, and a table of every consumer affected."""
    successor = short(retirement.successor) if retirement.successor else "nothing"
    lines = [
        f"Sunset on {retirement.sunset_at:%Y-%m-%d} UTC because: {quoted(retirement.reason)}",
        "",
        f"Successor: {plain(successor)}; withdrawn after {retirement.quiet_days} days without traffic in the logs.",
    ]
    if retirement.outputs_in_force:
        lines += ["", f"Outputs that stay in force: {quoted(retirement.outputs_in_force)}"]
    return [*lines, "", *party_table(parties)]


def party_table(parties: Sequence[RetirementParty]) -> list[str]:
    """Return a Markdown table of the consumers, or a sentence if there are none."""
    if not parties:
        return ["Nobody uses it: no consumer is declared, none was seen in the logs."]
    columns = ("consumer", "known from", "notices", "answer", "moves to", "by")
    return markdown_table(columns, map(_row, parties), right=("notices",))


def _row(party: RetirementParty) -> tuple[str | int, ...]:
    known = "declaration" if party.declared else "the logs only"
    through = f" through {plain(', '.join(short(name) for name in party.through))}" if party.through else ""
    answer = f"{party.answer} ({plain(party.answered_by)})" if party.answered_by else party.answer
    reason = f": {quoted(party.silence_reason)}" if party.silence_reason else ""
    day = f"{party.cut_over_at:%Y-%m-%d}" if party.cut_over_at else "–"
    moves = quoted(party.moves_to)
    return (plain(party.system), f"{known}{through}", party.notices, f"{answer}{reason}", moves, day)
