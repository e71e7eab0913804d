"""Decide whether a person is independent of a version: find who worked on it and compare the person with them.

Source: SR 11-7 §V (validation is independent of development and use).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.errors import IndependenceError
from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.person import Person
from data.records.version import WHOLE_HISTORY, Version

GIT_AUTHOR = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")


def contributors_of(version: Version, *others: str) -> tuple[str, ...]:
    """Return everybody who worked on a version: Git authors, submitter, and `others`, who asked for the decision.

    Raises IndependenceError when the version has no recorded contributor, or when only some of them are known.
    """
    # Without a known author everybody except the requester could sign, so `others` is not enough.
    known = tuple(dict.fromkeys(name for name in (*version.contributors, version.submitter, *others) if name.strip()))
    if not version.contributors or not known:
        raise IndependenceError(
            f"{short(version.key)} has no recorded contributor", "register the version again from a Git checkout"
        )
    if not version.has_known_contributors:
        raise IndependenceError(
            f"only some authors of {short(version.key)} are known: Git had a part of the history when it was packed",
            f"{WHOLE_HISTORY}, and register the version again",
        )
    return known


def is_one_of(person: Person, names: Iterable[str]) -> bool:
    """Return True if one of `names` means the person: an id, a full name, an email address, an operating-system user or
    a Git author `Name <email>`. Case does not matter.
    """
    theirs = {_plain(each) for each in (person.person, person.name, person.email, person.os_user)} - {""}
    return any(theirs & _written(name) for name in names)


def require_independent(person: Person, version: Version, *others: str) -> None:
    """Raise IndependenceError when the person worked on the version or is one of `others`, the requesters."""
    if is_one_of(person, others):
        raise IndependenceError(
            f"{person.person} asked for this decision and cannot take it", "ask a person who did not request it"
        )
    if is_one_of(person, [version.submitter]):
        raise IndependenceError(f"{person.person} submitted {short(version.key)} and cannot judge it")
    if is_one_of(person, contributors_of(version)):
        raise IndependenceError(f"{person.person} worked on {short(version.key)} and cannot judge it")


def require_allowed_signer(person: Person, version: Version, request: ApprovalRequest) -> None:
    """Raise IndependenceError when the person worked on the version, opened the request, or is listed in the request
    among those who may not sign.
    """
    require_independent(person, version, request.requester)
    if is_one_of(person, request.contributors):
        raise IndependenceError(
            f"{person.person} validated {short(version.key)} and cannot approve it: the standard separates the two",
            "ask a person who neither worked on the version nor validated it",
        )


def _written(name: str) -> set[str]:
    author = GIT_AUTHOR.fullmatch(name.strip())
    parts = (author["name"], author["email"]) if author else (name,)
    return {_plain(part) for part in parts} - {""}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
