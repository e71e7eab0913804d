"""What people wrote goes out as text: it begins no header, turns no line around, links and mentions nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.carriers.wording import body, cleaned, for_chat, one_line, subject
from data.outbox import Notice

STEERING: dict[str, tuple[str, str]] = {
    "text turned around": ("pay \u202e100\u202c", "pay 100"),
    "isolates": ("a\u2066b\u2069c", "abc"),
    "nothing to be seen": ("a\u200bb\ufeff", "ab"),
    "a bell and an escape": ("a\x07\x1b[31mb", "a[31mb"),
    "a null": ("a\x00b", "ab"),
    "a carriage return": ("a\r\nb\rc", "a\nb\nc"),
    "a line separator": ("a\u2028b", "ab"),
    "half a character": ("a\ud800b", "ab"),
    "plain text": ("Größe ≥ 3\n\tso", "Größe ≥ 3\n\tso"),
}


@pytest.mark.parametrize("case", STEERING.values(), ids=STEERING)
def test_cleaned_of(case: tuple[str, str]) -> None:
    assert cleaned(case[0]) == case[1]


def test_a_subject_stays_one_line_of_bounded_length() -> None:
    assert one_line("late\r\nBcc: all@example.org") == "late Bcc: all@example.org"
    assert len(one_line("x" * 5_000)) == 300
    assert len(cleaned("x" * 30_000)) == 20_002


def test_a_chat_links_and_mentions_nothing() -> None:
    assert for_chat("[here](http://e) <!channel> @everyone `x` *y*") == (
        "(here)(http://e) ‹!channel› ＠everyone 'x' ∗y∗"
    )


def test_subject_and_body_say_everything() -> None:
    notice = Notice(
        kind="approval", to="alma", about="x", title="decide", text="now", number=2, aside="In a terminal: y",
        answer_by=datetime(2026, 5, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    assert subject(notice) == "[modelward] decide (reminder 1)"
    assert body(notice) == "now\n\nAnswer by 2026-05-01 09:00 UTC.\n\nIn a terminal: y"
    bare = notice.model_copy(update={"number": 1, "answer_by": None, "aside": ""})
    assert (subject(bare), body(bare)) == ("[modelward] decide", "now")
