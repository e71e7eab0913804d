"""Formats notices as plain text for mail, chat and webhook: no harmful characters, no line break in a subject.

Notices quote what people wrote (reasons, titles, names); a receiver sees a quotation as plain text of another person.
"""

from __future__ import annotations

import re

from data.notices.outbox import Notice
from data.notices.quoted_text import quotation_parts
from data.text.untrusted_text import cleaned, one_line

CHAT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "@": "＠", "`": "'", "*": "∗", "|": "¦"})
QUOTED = CHAT | str.maketrans({"_": "＿"})
"""Characters with which a chat makes links, mentions and formatting, and their replacements."""
ADDRESS = re.compile(r"(https?://\S+)")
LINKING = re.compile(r"(?P<scheme>:(?=//))|(?<=\w)\.(?=[^\W\d_])")
"""Text that a chat turns into a link without any markup: an address after a scheme, and host names."""


def subject(notice: Notice) -> str:
    """Return `[modelward] title`, with the number of the reminder if it is one."""
    reminder = f" (reminder {notice.number - 1})" if notice.number > 1 else ""
    return one_line(f"[modelward] {notice.title}{reminder}")


def body(notice: Notice) -> str:
    """Return the content of a notice as plain text."""
    until = [f"Answer by {notice.answer_by:%Y-%m-%d %H:%M} UTC."] if notice.answer_by is not None else []
    parts = [notice.text.strip(), *until, notice.aside.strip()]
    return cleaned("\n\n".join(part for part in parts if part))


def for_chat(text: str) -> str:
    """Return the text with each character that makes a chat link, mention or format replaced by a similar one.

    modelward's own addresses stay links; addresses in quotations do not.
    """
    return "".join(silenced(part) if quotation else _own(part) for part, quotation in quotation_parts(text))


def silenced(words: str) -> str:
    """Return another person's text without anything that a chat would link, mention or format."""
    return LINKING.sub(lambda found: "∶" if found["scheme"] else "․", words).translate(QUOTED)


def _own(text: str) -> str:
    parts = ADDRESS.split(text)
    return "".join(part if number % 2 else part.translate(CHAT) for number, part in enumerate(parts))
