"""What one kind of change does to a home, and what must be found then."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.tampering.tampered_home import TamperedHome

Checker = Literal["verify", "serving", "export", "counts", "submission", "receipt", "pages"]
"""`modelward audit verify --deep`, `modelward verify serving`, `verify.py --deep` of an export, a run of monitoring, a
registration, `verify.py --proof`, or the next report."""


Lines = list[bytes]
"""The lines of a journal or of a file of an export."""


@dataclass(frozen=True)
class ExpectedFinding:
    """What must be found: the first bad event (None: no event is bad), and a finding with this text and table.

    Where every copy that the thief can write agrees with the change, the last checkpoint before it may be named
    instead of the event: `proven` is the number of events that it proves.
    """

    seq: int | None = None
    says: str = ""
    table: str | None = None
    proven: int | None = None


Tamper = Callable[["TamperedHome", random.Random], ExpectedFinding]


@dataclass(frozen=True)
class Kind:
    """One kind of change: its name, one sentence on what is changed, the change, and the checker that must find it."""

    name: str
    sentence: str
    tamper: Tamper
    by: Checker = "verify"
