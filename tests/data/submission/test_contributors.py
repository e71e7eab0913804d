"""Contributors: Git's authors and the submitter, matched with the roster."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.records.person import Person
from data.submission.contributors import contributors_of

NOON = datetime(2013, 1, 1, tzinfo=UTC)


def person(known_as: str, **fields: str) -> Person:
    values = {"person": known_as, "name": known_as.title(), "email": f"{known_as}@example.org", **fields}
    return Person(key=f"people/{known_as}", added_at=NOON, added_by="adam", **values)


ROSTER = (person("dana"), person("sam", name="Sam Second", email="second@example.org", os_user="ssecond"), person("al"))
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "an author by e-mail, however it is written": (("D <DANA@example.org>",), (), ("dana",)),
    "an author by name": (("sam second <x@elsewhere.org>",), (), ("sam",)),
    "an author by the system user in front of the @": (("S <ssecond@laptop.local>",), (), ("sam",)),
    "an author who may be two people is both": (("Sam Second <dana@example.org>",), (), ("dana", "sam")),
    "an author on nobody's roster stays": (("Eve <Eve@Elsewhere.org>",), (), ("eve@elsewhere.org",)),
    "an author with room before the address": (("Eve   <>",), (), ("Eve",)),
    "an author without an address stays by name": (("Eve <>",), (), ("Eve",)),
    "an author that is no address stays as written": (("eve",), (), ("eve",)),
    "the submitter always counts": ((), ("ssecond",), ("sam",)),
    "a submitter on nobody's roster counts": ((), ("runner",), ("runner",)),
    "nobody twice": (("Dana <dana@example.org>",), ("dana", "dana"), ("dana",)),
    "nobody": ((), ("",), ()),
}


@pytest.mark.parametrize("authors, submitters, people", CASES.values(), ids=CASES)
def test_the_contributors_of(authors: tuple[str, ...], submitters: tuple[str, ...], people: tuple[str, ...]) -> None:
    assert contributors_of(authors, submitters, ROSTER) == people


@pytest.mark.timeout(30)
def test_a_long_name_is_parsed_in_linear_time() -> None:
    name = "a" + " " * 300_000 + "b"
    assert contributors_of((name,), (), ROSTER) == (name,)
