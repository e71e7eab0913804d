"""Who made a version, however their name is written."""

from __future__ import annotations

import pytest

from gates.independence import makers, person_id
from tests.gates import rows


@pytest.mark.parametrize("text", ["ana", "Ana", "people/ana", " ana "])
def test_one_person_however_written(text: str) -> None:
    assert person_id(text) == "ana"


def test_contributors_and_submitter_made_it() -> None:
    assert makers(rows.version(contributors=("people/Dmitri", ""), submitter="dana")) == {"dmitri", "dana"}
    assert makers(rows.version(contributors=(), submitter="")) == frozenset()
