"""Attack: so many versions wait for people that the list of what waits takes ten seconds and half a gigabyte.

Counts rows and judgements and never measures time.

Result: Prevented: the rows of one page are read, and the standard is asked once for each kind of case.
Caught in: `data/queries/pending_work.py`, `data/queries/cleared_versions.py`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from data.queries.cleared_versions import ApprovalCase
from data.queries.paging import PageRequest
from data.queries.pending_decisions import pending_decisions
from data.queries.pending_work import WaitingVersion, listed_work, pending_work
from tests.operations import held_after
from tests.row_counts import count_rows
from tests.world import MODEL, Template, World

WAITING = 5


def _queued(world: World) -> None:
    """An approval request, and versions that wait for a validator."""
    world.requested()
    for _ in range(WAITING):
        world.assessed(world.version())


@pytest.fixture(scope="module")
def world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world of `_queued`, held open."""
    with held_after(_queued, founded, tmp_path_factory.mktemp("queued")) as queued:
        yield queued


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of rows of each table that the test reads."""
    return count_rows(monkeypatch)


def needed(_: ApprovalCase) -> bool:
    """A standard that requires a validator for every version."""
    return True


def test_a_page_of_what_waits_reads_only_its_rows_and_states_the_right_total(world: World, read: Counter[str]) -> None:
    page = listed_work(world.registry, needed, PageRequest(2, 2)).page
    found = [one.version.key for one in page.rows if isinstance(one, WaitingVersion)]
    assert (found, page.total) == ([f"{MODEL}/versions/3", f"{MODEL}/versions/4"], WAITING + 1)
    assert (read["version"], read["verdict_set"], read["approval_request"], read["vote"]) == (2, 0, 0, 0)


def test_the_standard_is_asked_once_for_versions_of_the_same_case(world: World) -> None:
    cases: list[ApprovalCase] = []

    def unneeded(case: ApprovalCase) -> bool:
        cases.append(case)
        return False

    assert listed_work(world.registry, unneeded).page.total == 1
    assert len(cases) == 1


def test_the_people_of_a_page_are_found_without_reading_the_roster_for_each_version(
    world: World, read: Counter[str]
) -> None:
    pending_work(world.registry, needed, PageRequest(2, 1))
    for_one = read.copy()
    read.clear()
    assert all(one.people == ("vera",) for one in pending_work(world.registry, needed, PageRequest(2, 3)).page.rows)
    assert read["version"] == 3
    assert (read["person"], read["credential"], read["role_grant"]) == (
        for_one["person"], for_one["credential"], for_one["role_grant"],
    )  # fmt: skip


def test_one_decision_is_found_without_reading_the_others(world: World, read: Counter[str]) -> None:
    (found,) = pending_decisions(world.registry, world.now, f"{MODEL}/versions/3/verdicts/1").conclusions
    assert found.version.key == f"{MODEL}/versions/3"
    assert (read["version"], read["verdict_set"], read["approval_request"]) == (1, 1, 0)
