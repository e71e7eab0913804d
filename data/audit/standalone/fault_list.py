"""Collects what a verification found wrong: the first of each place in full, the others by their number."""

from __future__ import annotations

from typing import NamedTuple

LISTED_IN_A_PLACE = 20


class Fault(NamedTuple):
    """One fault: what is wrong, in which file of the export, and at which event where that is known."""

    what: str
    place: str
    seq: int | None = None


class FaultList:
    """The faults so far. Only the first 20 of a place are kept, so a large broken export needs no more memory."""

    def __init__(self) -> None:
        self.first_bad_seq: int | None = None
        self._kept: list[Fault] = []
        self._counts: dict[str, int] = {}

    def add(self, what: str, place: str, seq: int | None = None) -> None:
        """Record one fault."""
        self._counts[place] = self._counts.get(place, 0) + 1
        if seq is not None and (self.first_bad_seq is None or seq < self.first_bad_seq):
            self.first_bad_seq = seq
        if self._counts[place] <= LISTED_IN_A_PLACE:
            self._kept.append(Fault(what, place, seq))

    def count(self) -> int:
        """Return the number of all faults, listed or not."""
        return sum(self._counts.values())

    def listed(self) -> list[Fault]:
        """Return the listed faults, and for each place the number of faults that are not listed."""
        more = [
            Fault(f"faults not listed: {count - LISTED_IN_A_PLACE}", place)
            for place, count in self._counts.items()
            if count > LISTED_IN_A_PLACE
        ]
        return self._kept + more


def shown(text: object, limit: int = 120) -> str:
    """Return text from an export as it can be printed: without control characters, and cut at `limit` characters."""
    plain = str(text)[: limit + 1]
    clean = "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in plain[:limit])
    return clean + "…" if len(plain) > limit else clean
