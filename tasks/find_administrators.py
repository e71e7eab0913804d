"""Find the administrators who could act now: whom a matter goes to that nobody else answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.rulings.proof import administrators
from data.state import State


@dataclass(frozen=True)
class _Moment:
    now: datetime


def administrators_now(state: State, now: datetime) -> list[str]:
    """Their ids: on the roster, in force, able to prove who they are."""
    return administrators(state, _Moment(now))
