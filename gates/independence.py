"""Not a gate: the people who may not judge a version, which are its contributors and its submitter."""

from __future__ import annotations

from data.records.version import Version


def person_id(text: str) -> str:
    """Return the id of a person in lower case, without the prefix `people/`."""
    return text.strip().removeprefix("people/").casefold()


def makers(version: Version) -> frozenset[str]:
    """Return the ids of the contributors and the submitter of a version."""
    return frozenset(person_id(one) for one in (*version.contributors, version.submitter) if one.strip())
