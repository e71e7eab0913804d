"""How many anchors must confirm a checkpoint, as the adopted standards demand it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.audit.verifier.canonical import ParsedEvent

ADOPTED = "standard.adopted"


class AnchorDemand:
    """The greatest number that the newest version of an adopted standard demands, as the events say."""

    def __init__(self) -> None:
        self._adopted: dict[str, tuple[int, int, int]] = {}

    def apply(self, seq: int, event: ParsedEvent) -> None:
        """Apply the adoption of a standard."""
        if event["type"] != ADOPTED:
            return
        for image in event["rows"]:
            values: Mapping[str, Any] = image["values"]
            version, demanded = values.get("version"), values.get("anchors")
            if image["table"] == "standard" and type(version) is int:
                known = self._adopted.get(str(values.get("standard")), (0, 0, 0))
                found = (version, demanded if type(demanded) is int else 0, seq)
                self._adopted[str(values.get("standard"))] = max(known, found)

    def since(self) -> tuple[int, int]:
        """Return the number of anchors, and the event from which on it is demanded; 0 and 0 without a demand."""
        return max(((number, seq) for _, number, seq in self._adopted.values()), default=(0, 0))


def confirmations(size: int, proven: Sequence[set[int]]) -> int:
    """Return how many anchors prove at least `size` events; `proven` has the sizes that each one proves."""
    return sum(1 for sizes in proven if max(sizes, default=0) >= size)
