"""Who may not judge a version: its contributors and its submitter."""

from __future__ import annotations

from data.records.version import Version


def person_id(text: str) -> str:
    """A person's id, whether written `ana` or `people/ana`; letters of either case are one person."""
    return text.strip().removeprefix("people/").casefold()


def makers(version: Version) -> frozenset[str]:
    """The ids of contributors and submitter."""
    return frozenset(person_id(one) for one in (*version.contributors, version.submitter) if one.strip())
