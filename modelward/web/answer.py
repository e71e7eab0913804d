"""What is answered to one request: a status, a body, and headers that let nothing be loaded, framed or guessed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from markupsafe import escape

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
SEALED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
STYLE = re.compile(rb"style-src ('sha256-[A-Za-z0-9+/=]{44}')")


@dataclass(frozen=True)
class Answer:
    """One answer; `at` is when what it shows last changed."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = TEXT
    at: datetime | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The entity tag of the body (RFC 9110, 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @property
    def headers(self) -> dict[str, str]:
        """Every header."""
        told = {**ALWAYS, "Content-Security-Policy": self._policy, **self.more}
        if self.status not in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
            told |= {"Content-Type": self.kind, "Content-Length": str(len(self.body))}
        if self.status == HTTPStatus.OK and self.at is not None:
            told |= {"ETag": self.tag, "Last-Modified": format_datetime(self.at.astimezone(UTC), usegmt=True)}
        return told

    @property
    def _policy(self) -> str:
        """Nothing may be loaded, and no style but the one whose digest the page's own policy names."""
        own = STYLE.search(self.body[:2_000]) if self.kind == HTML else None
        return f"{SEALED}; style-src {own[1].decode()}" if own is not None else SEALED

    def unless_known(self, known_tags: str | None) -> Answer:
        """The same, or that nothing changed, where the asker holds this body already (`If-None-Match`)."""
        if self.status != HTTPStatus.OK or self.at is None or not known_tags:
            return self
        held = {one.strip().removeprefix("W/") for one in known_tags.split(",")}
        if self.tag in held or "*" in held:
            return Answer(HTTPStatus.NOT_MODIFIED, more={"ETag": self.tag})
        return self


def refusal(status: HTTPStatus, what: str, remedy: str = "", **more: str) -> Answer:
    """A page that says what is not to be had, and what to do; it shows nothing that was asked as markup."""
    told = f"<p>{escape(what)}.</p>" + (f"<p>{escape(remedy)}.</p>" if remedy else "")
    body = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{status.phrase}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><main><h1>{status.phrase}</h1>{told}<p><a href="/">Inventory</a></p></main></body></html>\n'
    )
    return Answer(status, body.encode(), HTML, more={name.replace("_", "-"): value for name, value in more.items()})
