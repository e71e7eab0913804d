"""Who worked on a version, and whether a person is one of them: computed, never set by hand. Pure.

Source: SR 11-7 §V (validation is independent of development and use).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.errors import IndependenceError
from data.records.approval import ApprovalRequest
from data.records.names import short
from data.records.person import Person
from data.records.version import Version

GIT_AUTHOR = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")


def contributors_of(version: Version, *others: str) -> tuple[str, ...]:
    """Everybody who worked on a version: its Git authors, its submitter, and `others` (who asks for the decision).

    Raises IndependenceError when nobody is known.
    """
    # `others` alone would let a version without a known author be signed by anybody but its requester.
    known = tuple(dict.fromkeys(name for name in (*version.contributors, version.submitter, *others) if name.strip()))
    if not version.contributors or not known:
        raise IndependenceError(
            f"nobody is known to have worked on {short(version.key)}", "register it again from a Git checkout"
        )
    return known


def is_one_of(person: Person, names: Iterable[str]) -> bool:
    """Whether a person is among names as Git, the operating system or the roster write them, in any case."""
    theirs = {_plain(each) for each in (person.person, person.name, person.email, person.os_user)} - {""}
    return any(theirs & _written(name) for name in names)


def require_independent(person: Person, version: Version, *others: str) -> None:
    """Raises IndependenceError, saying why, when the person worked on the version or is one of `others`."""
    if is_one_of(person, others):
        raise IndependenceError(f"{person.person} asked for this decision and cannot take it")
    if is_one_of(person, [version.submitter]):
        raise IndependenceError(f"{person.person} submitted {short(version.key)} and cannot judge it")
    if is_one_of(person, contributors_of(version)):
        raise IndependenceError(f"{person.person} worked on {short(version.key)} and cannot judge it")


def require_free(person: Person, version: Version, request: ApprovalRequest) -> None:
    """Raises IndependenceError, saying why, when the person is one of those who may not sign the request."""
    require_independent(person, version, request.requester)
    if is_one_of(person, request.contributors):
        raise IndependenceError(
            f"{person.person} validated {short(version.key)}, and its standard separates the two",
            "ask a person who neither worked on this version nor validated it",
        )


def _written(name: str) -> set[str]:
    author = GIT_AUTHOR.fullmatch(name.strip())
    parts = (author["name"], author["email"]) if author else (name,)
    return {_plain(part) for part in parts} - {""}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
