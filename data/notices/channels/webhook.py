"""The webhook channel: one signed HTTPS request to one checked address, limited in time and size, without redirects."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import DeliveryError
from data.notices.channels.address_guard import Network, Resolve, Target, checked_address
from data.notices.channels.channel import mark_of
from data.notices.channels.message_text import body, subject
from data.notices.channels.signature import HEADER, signature
from data.notices.outbox import Notice, QueuedNotice

SECONDS = 10.0
LARGEST_REQUEST = 64 * 1024
LARGEST_ANSWER = 16 * 1024
HEAD_ENDS = b"\r\n\r\n"


@dataclass(frozen=True)
class Webhook:
    """A webhook that receives every notice. `networks` are private networks that it may be in.

    `authority` is a file of CA certificates, used for this webhook only.
    """

    target: Target
    secret: str = field(repr=False)
    networks: Sequence[Network] = ()
    authority: Path | None = None
    seconds: float = SECONDS
    resolve: Resolve | None = None

    @property
    def name(self) -> str:
        """The name of the channel: `webhook`, the host, and a mark of the whole address, which may contain a key."""
        return f"{self.former_name} {mark_of(self.target.authority + self.target.path)}"

    @property
    def former_name(self) -> str:
        """The name in older delivery records: `webhook` and the host."""
        return f"webhook {self.target.authority}"

    def reaches(self, notice: Notice) -> bool:
        """Return True: a webhook receives every notice."""
        return True

    def deliver(self, queued: QueuedNotice) -> None:
        """Send the notice and read the HTTP status: only 2xx is a success. Raises DeliveryError."""
        request = self._request(queued)
        address = checked_address(self.target, self.networks, self.resolve)
        try:
            head = self._exchange(address, request)
        except TimeoutError as error:
            raise DeliveryError(f"{self.name} did not answer within {self.seconds:g} seconds") from error
        except OSError as error:
            raise DeliveryError(f"{self.name} could not be reached: {error}") from error
        _check_answer(self.name, head)

    def _request(self, queued: QueuedNotice) -> bytes:
        content = json.dumps(payload(queued), sort_keys=True).encode()
        if len(content) > LARGEST_REQUEST:
            what = f"the notice {queued.delivery} is larger than {LARGEST_REQUEST // 1024} KiB"
            raise DeliveryError(what, "read the notice in the outbox; it is not sent to the webhook")
        lines = [
            f"POST {self.target.path} HTTP/1.1",
            f"Host: {self.target.authority}",
            "User-Agent: modelward",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            f"{HEADER}: {signature(self.secret, int(time.time()), queued.delivery, content)}",
            "Connection: close",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + content

    def _exchange(self, address: str, request: bytes) -> bytes:
        """Send the request and return the head of the response; the connection is closed without reading the body."""
        ends = time.monotonic() + self.seconds
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        with (
            socket.create_connection((address, self.target.port), timeout=self.seconds) as plain,
            context.wrap_socket(plain, server_hostname=self.target.host) as connection,
        ):
            connection.settimeout(_left(ends))
            connection.sendall(request)
            return _head(connection, ends)


def _head(connection: ssl.SSLSocket, ends: float) -> bytes:
    found = b""
    while HEAD_ENDS not in found and len(found) < LARGEST_ANSWER:
        connection.settimeout(_left(ends))
        more = connection.recv(LARGEST_ANSWER - len(found))
        if not more:
            break
        found += more
    return found


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise DeliveryError("the response did not arrive in time")
    return left


def _check_answer(name: str, head: bytes) -> None:
    if HEAD_ENDS not in head:
        raise DeliveryError(f"{name} sent no readable HTTP response")
    words = head.split(b"\r\n", 1)[0].split(b" ")
    code = words[1].decode("ascii", "replace") if len(words) > 1 and words[0].startswith(b"HTTP/1.") else ""
    if len(code) != 3 or not code.isdecimal():
        raise DeliveryError(f"{name} sent no readable HTTP response")
    if code.startswith("3"):
        what = f"{name} answered {code}; redirects are not followed"
        raise DeliveryError(what, "set notice_webhooks to the new address")
    if not code.startswith("2"):
        raise DeliveryError(f"{name} answered {code}")


def payload(queued: QueuedNotice) -> dict[str, object]:
    """Return the JSON body of a request: the notice as plain text, with its receiver and the key of its subject."""
    notice = queued.notice
    return {
        "delivery": queued.delivery,
        "left_at": queued.left_at.isoformat(),
        "kind": notice.kind,
        "to": notice.to,
        "about": notice.about,
        "number": notice.number,
        "answer_by": notice.answer_by.isoformat() if notice.answer_by else None,
        "subject": subject(notice),
        "text": body(notice),
    }
