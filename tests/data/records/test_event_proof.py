"""The file of a proof is named by the number of its event."""

from __future__ import annotations

from data.records.event_proof import EventProof


def test_the_file_is_named_by_the_event() -> None:
    assert EventProof(7, "id", "log.created", "log", 8, "key", "text").file_name == "event-7.tlog-proof"
