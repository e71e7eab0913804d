"""Mail to the receiver of a notice, through the mail server that the settings name (as an apprise address)."""

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
    """One mail for each notice. `server` is `mailtos://user:password@smtp.example.org?from=modelward@example.org`.

    `addresses` holds people's mailboxes by their id on the roster; the receiver of a notice may also be a mailbox.
    """

    server: str = field(repr=False)
    addresses: Mapping[str, str]

    @property
    def name(self) -> str:
        """`mail` and the host of the server."""
        return f"mail {urlsplit(self.server).hostname or 'server'}"

    @property
    def former_name(self) -> str:
        """The same name."""
        return self.name

    def reaches(self, notice: Notice) -> bool:
        """Whether a mailbox of the receiver is known."""
        return bool(self._mailbox(notice))

    def deliver(self, queued: QueuedNotice) -> None:
        """Send it to the mail server as plain text. Raises DeliveryError."""
        mailbox = self._mailbox(queued.notice)
        if not mailbox:
            raise DeliveryError(f"no mailbox is known for {queued.notice.to[:128]!a}")
        separator = "&" if urlsplit(self.server).query else "?"
        address = f"{self.server}{separator}to={quote(mailbox, safe='')}&format=text"
        send(self.name, address, subject(queued.notice), body(queued.notice))

    def _mailbox(self, notice: Notice) -> str:
        """The mailbox, or an empty text: a comma, a space or a line break could make several mailboxes or a header."""
        known = self.addresses.get(notice.to, notice.to).strip()
        return known if MAILBOX.fullmatch(known) else ""
