"""The rules number: every event records under which rules it was judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

RULES_NUMBER: Final = 6
"""The number of the present rules: those of this package and of lifecycle, approvals and independence.

Raise it by one in the same commit that changes what a rule allows, refuses or writes: a legal move, who may sign, when
an approval is valid, what follows from a vote, which facts the digest of the evidence covers (with another digest an
open request becomes stale). An auditor can then judge an old event by the rules of its time.
By rules 2 the digest of a request covers its text after secrets were removed; the code of a refused command is used.
By rules 3 nobody is independent of a version of which only some contributors are known.
By rules 4 the digest of the evidence covers the overlap of held-out and training data.
By rules 5 the role owner counts only for the owner of the model and their deputies; an owner is on the roster, and a
new one is confirmed with a code.
By rules 6 a version that never served is withdrawn at once, and a model of which no version ever served stays active;
a version that was rolled back cannot be a successor.
Do not raise it when a message, a name or the speed of a rule changes, or when a new command gets its first rule.
"""

FIRST_RULES: Final = 1
"""The rules number of events without the field `rules`, which were written before the field was introduced."""


def rules_of(event: Mapping[str, Any]) -> int:
    """Return the rules number of an event, given its body."""
    return int(event.get("rules", FIRST_RULES))
