"""Other people's text is sent as plain text: no header, no reversed line, no link and no mention."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.notices.channels.message_text import body, for_chat, subject
from data.notices.outbox import Notice


def test_for_chat_replaces_links_mentions_and_formatting() -> None:
    assert for_chat("[here](http://e) <!channel> @everyone `x` *y*") == (
        "(here)(http://e) ‹!channel› ＠everyone 'x' ∗y∗"
    )


CHAT: dict[str, tuple[str, str]] = {
    "our address stays": (
        "See http://[::1]:4290/ops/my_model.html#a_b.",
        "See http://[::1]:4290/ops/my_model.html#a_b.",
    ),
    "our command keeps its names": ("Type `modelward deploy ops/my_model/1`", "Type 'modelward deploy ops/my_model/1'"),
    "theirs links nothing": ("“see https://evil.example/a”", "“see https∶//evil․example/a”"),
    "nor without a scheme": ("“see www.evil.example or evil.io”", "“see www․evil․example or evil․io”"),
    "theirs mentions nobody": ("“<!channel> @everyone”", "“‹!channel› ＠everyone”"),
    "theirs marks nothing": ("“_a_ *b* `c` [d](e) |f|”", "“＿a＿ ∗b∗ 'c' (d)(e) ¦f¦”"),
    "figures of theirs stay": ("“3.5 % at 9:30, v1.2”", "“3.5 % at 9:30, v1.2”"),
}


@pytest.mark.parametrize("case", CHAT.values(), ids=CHAT)
def test_for_chat_writes(case: tuple[str, str]) -> None:
    assert for_chat(case[0]) == case[1]


def test_subject_and_body_contain_all_fields() -> None:
    notice = Notice(
        kind="approval", to="alma", about="x", title="decide", text="now", number=2, aside="In a terminal: y",
        answer_by=datetime(2026, 5, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    assert subject(notice) == "[modelward] decide (reminder 1)"
    assert body(notice) == "now\n\nAnswer by 2026-05-01 09:00 UTC.\n\nIn a terminal: y"
    bare = notice.model_copy(update={"number": 1, "answer_by": None, "aside": ""})
    assert (subject(bare), body(bare)) == ("[modelward] decide", "now")
