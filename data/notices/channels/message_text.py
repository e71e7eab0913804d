"""Notices as plain text that steers nothing: no control or direction characters, no line breaks in a subject.

What people wrote (reasons, titles, names) goes out in notices; to a mail, a chat or a screen it stays text, and theirs.
"""

from __future__ import annotations

import re

from data.notices.outbox import Notice
from data.notices.quoted_text import apart
from data.text.untrusted_text import cleaned, one_line

CHAT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "@": "＠", "`": "'", "*": "∗", "|": "¦"})
THEIRS = CHAT | str.maketrans({"_": "＿"})
"""Characters by which a chat makes links, mentions and marks, and what stands for them."""
ADDRESS = re.compile(r"(https?://\S+)")
LINKING = re.compile(r"(?P<scheme>:(?=//))|(?<=\w)\.(?=[^\W\d_])")
"""What a chat makes a link of without any marks: what follows a scheme, and names of hosts."""


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
    """The text with everything by which a chat would link, mention or format replaced by what looks like it.

    Our own addresses lead where they say; those in other people's words lead nowhere.
    """
    return "".join(silenced(part) if theirs else _ours(part) for part, theirs in apart(text))


def silenced(words: str) -> str:
    """Words of others, as a chat makes nothing of them."""
    return LINKING.sub(lambda found: "∶" if found["scheme"] else "․", words).translate(THEIRS)


def _ours(text: str) -> str:
    parts = ADDRESS.split(text)
    return "".join(part if number % 2 else part.translate(CHAT) for number, part in enumerate(parts))
