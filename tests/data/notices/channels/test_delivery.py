"""Delivery records: retried after growing waits, given up after some days, and read back after a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import DeliveryError
from data.notices.channels.delivery import WAITS, Attempts, DeliveryRecords

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
NEVER = NOW + timedelta(days=7)


def test_waits_grow_from_a_minute_to_six_hours() -> None:
    attempts, waits = Attempts(), []
    for _ in range(8):
        attempts = attempts.failed("no", NOW, NEVER)
        assert attempts.next_at is not None
        waits.append(attempts.next_at - NOW)
    assert waits == [*WAITS, WAITS[-1], WAITS[-1]]
    assert (attempts.attempts, attempts.state) == (8, "waiting")


def test_an_attempt_is_due_at_its_time_and_not_before() -> None:
    attempts = Attempts().failed("no", NOW, NEVER)
    assert Attempts().is_due(NOW)
    assert [attempts.is_due(NOW + timedelta(seconds=after)) for after in (59, 60)] == [False, True]
    assert not attempts.delivered(NOW).is_due(NEVER)


def test_delivery_is_given_up_when_the_next_attempt_would_be_too_late() -> None:
    attempts = Attempts().failed("x" * 900, NOW, NOW + timedelta(seconds=60))
    assert (attempts.state, attempts.next_at, len(attempts.error)) == ("given up", None, 500)
    assert not attempts.is_due(NEVER)


def test_a_record_is_read_back(tmp_path: Path) -> None:
    book, record = (
        DeliveryRecords(tmp_path),
        {"mail": Attempts().failed("no", NOW, NEVER), "hook": Attempts().delivered(NOW)},
    )
    book.write("notice-1", record)
    assert DeliveryRecords(tmp_path).read("notice-1") == record
    assert book.read("notice-2") == {}


@pytest.mark.parametrize("text", ["", "[]", "{broken", '{"mail": {"state": "eaten"}}', "[1]"])
def test_an_unreadable_record_counts_as_empty(text: str, tmp_path: Path) -> None:
    book = DeliveryRecords(tmp_path)
    book.root.mkdir()
    (book.root / "notice-1.json").write_text(text)
    assert book.read("notice-1") == {}


def test_a_folder_that_cannot_be_written_raises_an_error(tmp_path: Path) -> None:
    (tmp_path / "delivery").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be written"):
        DeliveryRecords(tmp_path).write("notice-1", {})
