"""Points in time: UTC in memory, one written form, always with a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InputError
from data.records.instant import in_utc, read_instant, write_instant
from data.records.log import Attestation

NOON = datetime(2013, 8, 1, 12, tzinfo=UTC)
READ = {
    "2013-08-01": datetime(2013, 8, 1, tzinfo=UTC),
    "2013-08-01T12:00:00Z": NOON,
    "2013-08-01T12:00:00": NOON,
    "2013-08-01T14:00:00+02:00": NOON,
    "2013-08-01T12:00:00.000001Z": NOON + timedelta(microseconds=1),
}


@pytest.mark.parametrize("text", READ)
def test_read_instant_reads(text: str) -> None:
    assert read_instant(text) == READ[text]


@pytest.mark.parametrize("text", ["", "yesterday", "2013-13-01", "2013-08-01T25:00:00Z"])
def test_text_that_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a time"):
        read_instant(text)


def test_a_time_is_written_with_six_digits_in_utc() -> None:
    east = datetime(2013, 8, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert write_instant(east) == "2013-08-01T12:00:00.000000Z"


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)), st.datetimes(  # noqa: DTZ001
    min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # fmt: skip
def test_written_times_sort_as_times_and_are_read_back(first: datetime, other: datetime) -> None:
    assert (write_instant(first) < write_instant(other)) == (first < other)
    assert read_instant(write_instant(first)) == first


def test_a_time_without_zone_is_refused_everywhere() -> None:
    bare = datetime(2013, 8, 1)  # noqa: DTZ001
    with pytest.raises(InputError, match="has no time zone"):
        in_utc(bare)
    fields = {"key": "k", "number": 1, "events": 1, "anchored": 1, "assurance": "local", "backup_digest": "d"}
    with pytest.raises(InputError):
        Attestation.model_validate({**fields, "restored_root": "r", "attested_at": bare})
