"""Notices as plain text that steers nothing: no control or direction characters, no line breaks in a subject.

What people wrote (reasons, titles, names) goes out in notices; to a mail, a chat or a screen it stays text.
"""

from __future__ import annotations

import unicodedata

from data.outbox import Notice

LONGEST_TEXT = 20_000
LONGEST_LINE = 300
KEPT = "\n\t"
CHAT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "@": "＠", "`": "'", "*": "∗", "_": "＿", "|": "¦"})
"""Characters by which a chat makes links, mentions and marks, and what stands for them."""


def cleaned(text: str) -> str:
    """The text without control, format (bidi, zero-width), surrogate and private characters, at most 20,000 long."""
    kept = [one for one in text.replace("\r\n", "\n").replace("\r", "\n") if one in KEPT or not _steers(one)]
    shown = "".join(kept)
    return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + " …"


def one_line(text: str) -> str:
    """The cleaned text in one line of at most 300 characters: a subject cannot begin another header."""
    line = " ".join(cleaned(text).split())
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def subject(notice: Notice) -> str:
    """`[modelward] title`, with which reminder it is."""
    reminder = f" (reminder {notice.number - 1})" if notice.number > 1 else ""
    return one_line(f"[modelward] {notice.title}{reminder}")


def body(notice: Notice) -> str:
    """Everything a notice says, as plain text."""
    until = [f"Answer by {notice.answer_by:%Y-%m-%d %H:%M} UTC."] if notice.answer_by is not None else []
    parts = [notice.text.strip(), *until, notice.aside.strip()]
    return cleaned("\n\n".join(part for part in parts if part))


def for_chat(text: str) -> str:
    """The text with everything by which a chat would link, mention or format replaced by what looks like it."""
    return text.translate(CHAT)


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
