"""The proof that one event is in the signed log, as a person keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventProof:
    """The proof of one event: what the event is, the size and key of the checkpoint, and the text of the file."""

    seq: int
    id: str
    type: str
    subject: str
    size: int
    vkey: str
    text: str

    @property
    def file_name(self) -> str:
        """The usual name of the file."""
        return f"event-{self.seq}.tlog-proof"
