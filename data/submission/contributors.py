"""Who worked on a version: Git's authors and whoever handed it in, as the roster knows them. Nobody declares this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from data.records.person import Person

AUTHOR = re.compile(r"(?P<name>.*?)<(?P<email>[^<>]*)>\s*")


def contributors_of(authors: Iterable[str], submitters: Iterable[str], roster: Sequence[Person]) -> tuple[str, ...]:
    """Ids of the people, sorted; an author who is on nobody's roster stays with the e-mail address Git gives.

    An author is somebody on the roster when e-mail, name, id or system user is theirs: of two people who may be meant,
    both count, because a contributor overlooked could approve their own work.
    """
    found: set[str] = set()
    for author in authors:
        match = AUTHOR.fullmatch(author)
        name, email = (match["name"].rstrip(), match["email"]) if match else (author, author)
        found |= _meant(roster, name, email) or {email.casefold() or name}
    for submitter in submitters:
        found |= _meant(roster, submitter, submitter) or {submitter}
    return tuple(sorted(found - {""}))


def _meant(roster: Sequence[Person], name: str, email: str) -> set[str]:
    told = {text.strip().casefold() for text in (name, email, email.partition("@")[0])} - {""}
    return {
        one.person
        for one in roster
        if told & ({text.strip().casefold() for text in (one.person, one.name, one.email, one.os_user)} - {""})
    }
