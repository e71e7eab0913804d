"""Read the conditions of an approval from text: one condition per line, its due date, then what must be done."""

from __future__ import annotations

import re

from data.errors import InputError
from data.records.approval import Condition, Decision
from data.records.instant import read_instant

SHOWN = 80
LINE = re.compile(r"(?:[-*•]\s+|\d+[.)]\s+)?(?P<due>\S+?):?(?:\s+(?P<text>.*))?")
HOW = "write one condition per line: the due date, then what must be done, like `{day} watch the wind`"


def read_conditions(text: str, decision: Decision, day: str) -> tuple[Condition, ...]:
    """Return the conditions written in the form field; `day` is the example date used in messages.

    A bullet before the date and a colon after it are ignored. Raises InputError.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    conditional = decision == "approve with conditions"
    if conditional and not lines:
        raise InputError(
            "the decision is `approve with conditions`, but no condition is entered",
            f"{HOW.format(day=day)}; or choose `approve`",
        )
    if lines and not conditional:
        raise InputError(
            f"conditions are entered, but the decision is `{decision}`",
            "choose `approve with conditions`, or clear the field Conditions",
        )
    return tuple(_condition(line, day) for line in lines)


def _condition(line: str, day: str) -> Condition:
    written = LINE.fullmatch(line)
    due, what = (written["due"], (written["text"] or "").strip()) if written else (line, "")
    shown = f"{line[:SHOWN]!a}"
    try:
        due_at = read_instant(due)
    except InputError as error:
        raise InputError(f"the condition {shown} does not begin with a date", HOW.format(day=day)) from error
    if not what:
        raise InputError(f"the condition {shown} does not say what must be done", HOW.format(day=day))
    return Condition(text=what, due_at=due_at)
