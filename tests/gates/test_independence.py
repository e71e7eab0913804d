"""The ids of the people who made a version, in each spelling."""

from __future__ import annotations

import pytest

from gates.independence import makers, person_id
from tests.gates import rows


@pytest.mark.parametrize("text", ["ana", "Ana", "people/ana", " ana "])
def test_each_spelling_of_a_person_has_the_same_id(text: str) -> None:
    assert person_id(text) == "ana"


def test_makers_are_contributors_and_submitter() -> None:
    assert makers(rows.version(contributors=("people/Dmitri", ""), submitter="dana")) == {"dmitri", "dana"}
    assert makers(rows.version(contributors=(), submitter="")) == frozenset()
