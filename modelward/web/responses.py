"""The responses: a document that is sent again only when it changed, and a refusal that names the remedy."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from modelward.web.security_headers import page_policy

HTML = "text/html; charset=utf-8"
JSON = "application/json"


def document(request: Request, body: bytes, media_type: str, changed_at: datetime) -> Response:
    """The body with its entity tag, or 304 where the client holds this body already (`If-None-Match`)."""
    tag = entity_tag(body)
    if _is_held(tag, request.headers.get("If-None-Match", "")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    headers = {"ETag": tag, "Last-Modified": format_datetime(changed_at.astimezone(UTC), usegmt=True)}
    if media_type == HTML:
        headers["Content-Security-Policy"] = page_policy(body)
    return Response(body, media_type=media_type, headers=headers)


def entity_tag(body: bytes) -> str:
    """The strong entity tag of a body (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _is_held(tag: str, known_tags: str) -> bool:
    # RFC 9110 §13.1.2: If-None-Match compares weakly, so a W/ prefix does not count.
    held = {one.strip().removeprefix("W/") for one in known_tags.split(",")}
    return tag in held or "*" in held


def refusal(status: HTTPStatus, what: str, remedy: str = "", **more: str) -> Response:
    """A page that says what was refused and what to do; `more` are headers, with `_` for `-`.

    All text is escaped: a page never shows words of a request as markup.
    """
    paragraphs = f"<p>{escape(what)}.</p>" + (f"<p>{escape(remedy)}.</p>" if remedy else "")
    body = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{status.phrase}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><main><h1>{status.phrase}</h1>{paragraphs}<p><a href="/">Inventory</a></p></main></body></html>\n'
    )
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Response(body.encode(), status, headers, media_type=HTML)
