"""The mail channel: sends each notice to its receiver through the configured mail server (an apprise address)."""

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
    """Sends one mail for each notice. `server` is like `mailtos://user:password@smtp.example.org?from=a@example.org`.

    `addresses` maps the ids of people on the roster to their mailboxes; the receiver of a notice may also be a mailbox.
    """

    server: str = field(repr=False)
    addresses: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the channel: `mail` and the host of the server."""
        return f"mail {urlsplit(self.server).hostname or 'server'}"

    @property
    def former_name(self) -> str:
        """The same as `name`."""
        return self.name

    def reaches(self, notice: Notice) -> bool:
        """Return True if a mailbox of the receiver is known."""
        return bool(self._mailbox(notice))

    def deliver(self, queued: QueuedNotice) -> None:
        """Send the notice as plain text to the mail server. Raises DeliveryError."""
        mailbox = self._mailbox(queued.notice)
        if not mailbox:
            what = f"no mailbox is known for {queued.notice.to[:128]!a}"
            raise DeliveryError(what, "add the person with `modelward people add --email`")
        separator = "&" if urlsplit(self.server).query else "?"
        address = f"{self.server}{separator}to={quote(mailbox, safe='')}&format=text"
        send(self.name, address, subject(queued.notice), body(queued.notice))

    def _mailbox(self, notice: Notice) -> str:
        """Return the receiver's mailbox, or an empty text if it is unknown or malformed.

        A comma, a space or a line break could otherwise add further mailboxes or a header.
        """
        known = self.addresses.get(notice.to, notice.to).strip()
        return known if MAILBOX.fullmatch(known) else ""
