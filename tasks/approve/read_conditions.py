"""Conditions of an approval as people write them: one a line, the day it is due, then what must be done."""

from __future__ import annotations

import re

from data.errors import InputError
from data.records.approval import Condition, Decision
from data.records.instant import read_instant

SHOWN = 80
LINE = re.compile(r"(?:[-*•]\s+|\d+[.)]\s+)?(?P<due>\S+?):?(?:\s+(?P<text>.*))?")
HOW = "write one condition a line: the day it is due, then what must be done, like `{day} watch the wind`"


def read_conditions(text: str, decision: Decision, day: str) -> tuple[Condition, ...]:
    """The conditions that were written, as they go with the decision; `day` is the example of a date that is shown.

    A bullet before the day and a colon after it are taken for what they are. Raises InputError.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    conditional = decision == "approve with conditions"
    if conditional and not lines:
        raise InputError(
            "the decision is `approve with conditions`, and no condition is written",
            f"{HOW.format(day=day)}; or decide `approve`",
        )
    if lines and not conditional:
        raise InputError(
            f"conditions are written, and the decision is `{decision}`",
            "decide `approve with conditions`, or empty the field of conditions",
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
