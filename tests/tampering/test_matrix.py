"""Each kind of change to a home is found by its checker, which names the first bad event.

`make test` tries a fixed sample, `make soak` each kind once, and `make tampering` each kind with 20 seeds.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.tampering.decision_kinds import append_events
from tests.tampering.kind import ExpectedFinding, Kind
from tests.tampering.matrix import CHECKERS, KINDS, fault_of, found_by
from tests.tampering.tampered_home import TamperedHome
from tests.world import Template

pytestmark = pytest.mark.closed_registry

EVERY = 9
"""One kind of so many is tried in `make test`."""


@pytest.fixture(scope="module")
def home(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> TamperedHome:
    return TamperedHome.make(founded, tmp_path_factory.mktemp("tampering") / "made")


def cases() -> list[Any]:
    marked = [() if number % EVERY == 0 else (pytest.mark.long,) for number in range(len(KINDS))]
    return [pytest.param(kind, id=kind.name, marks=marks) for kind, marks in zip(KINDS, marked, strict=True)]


@pytest.mark.parametrize("kind", cases())
def test_a_change_is_found_at_the_first_bad_event(home: TamperedHome, kind: Kind) -> None:
    assert fault_of(home, kind, seed=0) == ""


def test_nothing_is_found_in_a_home_that_was_not_changed(home: TamperedHome) -> None:
    assert not home.has_changed()
    assert {checker: found_by(home, checker).findings for checker in CHECKERS} == {one: [] for one in CHECKERS}


def test_a_vote_that_breaks_no_rule_is_judged_without_a_finding(home: TamperedHome) -> None:
    append_events(home, home.next_events)
    found = found_by(home, "verify").findings
    home.restore()
    assert found == []


def test_a_change_that_changes_nothing_is_not_counted(home: TamperedHome) -> None:
    def write_the_same(home: TamperedHome, _: object) -> ExpectedFinding:
        home.sql("UPDATE person SET email = email")
        home.home.anchor.write_bytes(home.home.anchor.read_bytes())
        return ExpectedFinding()

    with pytest.raises(AssertionError, match="nothing was changed"):
        fault_of(home, Kind("nothing", "The same is written.", write_the_same), seed=0)


def test_there_are_at_least_ninety_kinds_each_with_a_name_and_a_sentence() -> None:
    assert len(KINDS) >= 90
    assert max(Counter(kind.name for kind in KINDS).values()) == 1
    assert all(kind.sentence.endswith(".") for kind in KINDS)
