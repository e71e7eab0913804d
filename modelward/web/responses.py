"""Build the responses: a document, which is sent again only if it changed, and a refusal with its remedy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from data.text.untrusted_text import safe
from modelward.web.security_headers import page_policy

HTML = "text/html; charset=utf-8"
JSON = "application/json"


def document(request: Request, body: bytes, media_type: str, changed_at: datetime) -> Response:
    """Return the body with its entity tag, or status 304 if the client already has this body (`If-None-Match`)."""
    tag = entity_tag(body)
    if _is_known(tag, request.headers.get("If-None-Match", "")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    headers = {"ETag": tag, "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True)}
    if media_type == HTML:
        headers["Content-Security-Policy"] = page_policy(body)
    return Response(body, media_type=media_type, headers=headers)


def entity_tag(body: bytes) -> str:
    """Return the strong entity tag of a body (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _is_known(tag: str, known_tags: str) -> bool:
    # RFC 9110 §13.1.2: If-None-Match compares weakly, so a W/ prefix does not count.
    known = {one.strip().removeprefix("W/") for one in known_tags.split(",")}
    return tag in known or "*" in known


def refusal(status: HTTPStatus, what: str, remedy: str = "", **more: str) -> Response:
    """Return a page that says what was refused and what to do; `more` are headers, with `_` for `-`.

    All text is escaped, so that a page never shows text of a request as markup.
    """
    paragraphs = f"<p>{escape(safe(what))}.</p>" + (f"<p>{escape(safe(remedy))}.</p>" if remedy else "")
    body = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{status.phrase}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><main><h1>{status.phrase}</h1>{paragraphs}<p><a href="/">Inventory</a></p></main></body></html>\n'
    )
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Response(body.encode(), status, headers, media_type=HTML)
