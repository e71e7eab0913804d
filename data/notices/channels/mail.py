"""Mail to the person a notice is to, through the mail server that the settings name (as an apprise address)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from data.errors import DeliveryError
from data.notices.channels.chat import send
from data.notices.channels.message_text import body, subject
from data.notices.outbox import Notice, QueuedNotice

MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


@dataclass(frozen=True)
class Mail:
    """One mail a notice. `server` is like `mailtos://user:password@smtp.example.org?from=modelward@example.org`.

    `addresses` says by id on the roster where people read mail; a notice may also be to a mailbox itself.
    """

    server: str = field(repr=False)
    addresses: Mapping[str, str]

    @property
    def name(self) -> str:
        """`mail` and its server's host."""
        return f"mail {urlsplit(self.server).hostname or 'server'}"

    @property
    def former_name(self) -> str:
        """The same."""
        return self.name

    def reaches(self, notice: Notice) -> bool:
        """Whether a mailbox is known for whom it is to."""
        return bool(self._mailbox(notice))

    def carry(self, parcel: QueuedNotice) -> None:
        """Hand it to the mail server as plain text. Raises DeliveryError."""
        mailbox = self._mailbox(parcel.notice)
        if not mailbox:
            raise DeliveryError(f"no mailbox is known for {parcel.notice.to[:128]!a}")
        separator = "&" if urlsplit(self.server).query else "?"
        address = f"{self.server}{separator}to={quote(mailbox, safe='')}&format=text"
        send(self.name, address, subject(parcel.notice), body(parcel.notice))

    def _mailbox(self, notice: Notice) -> str:
        """The mailbox, or nothing: what holds a comma, a space or a line break could be several, or a header."""
        known = self.addresses.get(notice.to, notice.to).strip()
        return known if MAILBOX.fullmatch(known) else ""
