"""Checks the seals of events: a signature by the log's key over the number and leaf of each event.

A checkpoint proves the events before it, so only the events after the last checkpoint are checked, unless every seal
is to be checked.
"""

from __future__ import annotations

import base64

from data.audit.verifier.canonical import ParsedEvent
from data.audit.verifier.governance import Governance
from data.audit.verifier.signature import holds

MIGRATION = "0002_seals"
SEAL_BYTES = 64


class Seals:
    """Checks the seal of each event from number `start` on; `is_sealed` says that the file stores seals."""

    def __init__(self, governance: Governance, start: int, is_sealed: bool) -> None:
        self._governance, self._start, self._is_sealed = governance, start, is_sealed

    def fault(self, seq: int, event: ParsedEvent, leaf: bytes, seal: bytes | None) -> str:
        """Return what is wrong with the seal of an event; empty if nothing is, or if the event needs none."""
        if MIGRATION not in (self._governance.migrations or ()):
            return "" if seal is None else "the event has a seal before the log declares seals"
        if not self._is_sealed or seal is None:
            return "the event has no seal"
        if seq < self._start:
            return "" if len(seal) == SEAL_BYTES else f"the seal has {len(seal)} bytes, but must have {SEAL_BYTES}"
        message = f"modelward event seal v1\n{event['log']}\n{seq}\n{leaf.hex()}\n"
        is_genuine = holds(self._governance.key_at(seq + 1), message, seal)
        return "" if is_genuine else "the event is not sealed by the key of the log"


def journal_line(body: bytes, seal: bytes | None) -> bytes:
    """Return the line of the journal for an event: its body, and after a tab its seal in base64."""
    return body if seal is None else body + b"\t" + base64.b64encode(seal)
