"""What people wrote goes out as text: it begins no header, turns no line around, links and mentions nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from data.carriers.wording import body, for_chat, subject
from data.outbox import Notice


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
