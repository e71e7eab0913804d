"""The addresses of the evidence pages, relative to their root.

Pages, forms, notices and runs all take addresses from here. An address is made from a key, and keys are unique, so two
objects never share a page.
"""

from __future__ import annotations

from data.errors import InputError
from data.queries.lookup import reference
from data.records.names import checked_name, model_of

INVENTORY = "index.html"
AUDIT = "audit.html"


def model_page(key: str) -> str:
    """Return `models/team/name/index.html` for a model's key or any key below it. Raises InputError."""
    return f"{_folder(key)}/index.html"


def monitoring_page(key: str) -> str:
    """Return `models/team/name/monitoring.html` for a model's key or any key below it. Raises InputError."""
    return f"{_folder(key)}/monitoring.html"


def list_page(key: str, name: str, number: int) -> str:
    """Return `models/team/name/events-2.html` for a model's key, a list's name and a page. Raises InputError."""
    return f"{_folder(key)}/{name}-{number}.html"


def version_page(key: str) -> str:
    """Return `models/team/name/4.html` for a version's key or any key below it. Raises InputError."""
    parts = key.split("/")
    if len(parts) < 5 or parts[3] != "versions" or not _is_number(parts[4]):
        raise InputError(f"{key!a} is not the key of a version", "give a key such as models/team/name/versions/4")
    return f"{_folder(key)}/{int(parts[4])}.html"


def request_page(key: str) -> str:
    """Return `models/team/name/4.html#request-2` for an approval request's key. Raises InputError."""
    parts = key.split("/")
    if len(parts) != 7 or parts[5] != "requests" or not _is_number(parts[6]):
        raise InputError(
            f"{key!a} is not the key of a request", "give a key such as models/team/name/versions/4/requests/2"
        )
    return f"{version_page(key)}#request-{int(parts[6])}"


def evidence_url(base: str, page: str) -> str | None:
    """Return the full URL of a page below `base`; None if `base` is empty because no server serves the pages."""
    return f"{base.rstrip('/')}/{page}" if base else None


def report_command(key: str) -> str:
    """Return the command that writes the evidence pages of the model or version that this key is of or below."""
    parts = key.split("/")
    below = parts[:5] if len(parts) >= 5 and parts[3] == "versions" else parts[:3]
    return f"modelward report {reference('/'.join(below))}"


def receipt_command(key: str) -> str:
    """Return the command that writes the receipts of the votes on the request with this key."""
    return f"modelward approvals receipt {reference(key)}"


def _folder(key: str) -> str:
    parts = key.split("/")
    if parts[0] != "models" or len(parts) < 3:
        raise InputError(f"{key!a} is not the key of a model", "give a key such as models/team/name")
    for part in parts[1:3]:
        checked_name(part)
    return model_of(key)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
