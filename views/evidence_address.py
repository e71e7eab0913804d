"""Where the evidence on a model, a version or a request is read: addresses relative to the root of the evidence pages.

One place makes them: the pages link with them, and forms, notices and runs name them. A key is a path already, so no
page of one thing can stand where another's stands.
"""

from __future__ import annotations

from data.errors import InputError
from data.queries.lookup import reference
from data.records.names import checked_name, model_of

INVENTORY = "index.html"
AUDIT = "audit.html"


def model_page(key: str) -> str:
    """`models/team/name/index.html` of a model's key or of any key below it. Raises InputError."""
    return f"{_folder(key)}/index.html"


def monitoring_page(key: str) -> str:
    """`models/team/name/monitoring.html` of a model's key or of any key below it. Raises InputError."""
    return f"{_folder(key)}/monitoring.html"


def version_page(key: str) -> str:
    """`models/team/name/4.html` of a version's key or of any key below it. Raises InputError."""
    parts = key.split("/")
    if len(parts) < 5 or parts[3] != "versions" or not _is_number(parts[4]):
        raise InputError(f"{key!a} lies below no version", "a version's key reads models/team/name/versions/4")
    return f"{_folder(key)}/{int(parts[4])}.html"


def request_page(key: str) -> str:
    """`models/team/name/4.html#request-2` of an approval request's key. Raises InputError."""
    parts = key.split("/")
    if len(parts) != 7 or parts[5] != "requests" or not _is_number(parts[6]):
        raise InputError(f"{key!a} is no approval request", "its key reads models/team/name/versions/4/requests/2")
    return f"{version_page(key)}#request-{int(parts[6])}"


def evidence_url(base: str, page: str) -> str | None:
    """The page's whole address where `base` says where the pages answer; None where nobody serves them."""
    return f"{base.rstrip('/')}/{page}" if base else None


def report_command(key: str) -> str:
    """What somebody types to read the evidence on a model, a version, or anything below them, without a server."""
    parts = key.split("/")
    below = parts[:5] if len(parts) >= 5 and parts[3] == "versions" else parts[:3]
    return f"modelward report {reference('/'.join(below))}"


def _folder(key: str) -> str:
    parts = key.split("/")
    if parts[0] != "models" or len(parts) < 3:
        raise InputError(f"{key!a} lies below no model", "a model's key reads models/team/name")
    for part in parts[1:3]:
        checked_name(part)
    return model_of(key)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
