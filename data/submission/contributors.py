"""Determines the contributors of a version from Git's authors and the submitter, matched with the roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from data.records.person import Person

AUTHOR = re.compile(r"(?P<name>.*?)<(?P<email>[^<>]*)>\s*")


def contributors_of(authors: Iterable[str], submitters: Iterable[str], roster: Sequence[Person]) -> tuple[str, ...]:
    """Return the sorted ids of the contributors; an author not on the roster is identified by the e-mail from Git.

    An author is a person on the roster when e-mail, name, id or system user match. When two people match, both count,
    because a contributor who is overlooked could approve their own work.
    """
    found: set[str] = set()
    for author in authors:
        match = AUTHOR.fullmatch(author)
        name, email = (match["name"].rstrip(), match["email"]) if match else (author, author)
        found |= _matching(roster, name, email) or {email.casefold() or name}
    for submitter in submitters:
        found |= _matching(roster, submitter, submitter) or {submitter}
    return tuple(sorted(found - {""}))


def _matching(roster: Sequence[Person], name: str, email: str) -> set[str]:
    names = {text.strip().casefold() for text in (name, email, email.partition("@")[0])} - {""}
    return {
        one.person
        for one in roster
        if names & ({text.strip().casefold() for text in (one.person, one.name, one.email, one.os_user)} - {""})
    }
