"""The number of the rules: every event names the rules that it was judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

RULES_NUMBER: Final = 1
"""The number of the rules in this package and in the modules that they judge with (lifecycle, approvals, independence).

Raise it by one in the same commit that changes what a rule allows, refuses or writes: a legal move, who may sign, when
an approval holds, what follows from a decision. Then an old decision can be judged by the rules of its own time.
Leave it as it is when a message, a name or the speed of a rule changes, or when a new command gets its first rule.
"""

FIRST_RULES: Final = 1
"""The rules of the events that were written before an event named a number."""


def rules_of(event: Mapping[str, Any]) -> int:
    """The number of the rules that an event, as its body says it, was judged by."""
    return int(event.get("rules", FIRST_RULES))
