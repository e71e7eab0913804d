"""Finds event ids that were used twice, in 24 bytes of memory an event."""

from __future__ import annotations

from collections.abc import Iterator

_RECORD = 24


class EventIds:
    """The ids of all events, in 16 groups by their last digit, so that one sixteenth at a time is sorted."""

    def __init__(self) -> None:
        self._groups = [bytearray() for _ in range(16)]

    def add(self, event_id: str, seq: int) -> None:
        """Store the id of event `seq`: a UUID with 32 hex digits and hyphens."""
        packed = bytes.fromhex(event_id.replace("-", ""))
        self._groups[packed[-1] & 15] += packed + seq.to_bytes(8, "big")

    def repeated(self) -> Iterator[int]:
        """Yield the number of each event whose id an earlier event has."""
        for group in self._groups:
            before = b""
            for record in sorted([bytes(group[at : at + _RECORD]) for at in range(0, len(group), _RECORD)]):
                if record[:16] == before:
                    yield int.from_bytes(record[16:], "big")
                before = record[:16]
