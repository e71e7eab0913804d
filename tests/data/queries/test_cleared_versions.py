"""The versions that wait for a validator: chosen by their latest verdict set and by the case of each, asked once."""

from __future__ import annotations

from data.queries.cleared_versions import ApprovalCase, cleared_versions
from data.records.verdict import Failed, Judgement
from data.records.version import Change, ChangeClass
from tests.world import World

FAILED = Judgement(
    control="performance", gate="performance", criterion="auc", verdict=Failed(reason="0.4", remedy="fit it again")
)


def test_the_latest_verdict_set_of_the_stage_decides(world: World) -> None:
    version = world.assessed()
    world.judge(version, "assess", FAILED)
    world.judge(version, "assess")
    world.judge(version, "approve", FAILED)
    with world.registry.store.reading() as connection:
        (found,) = cleared_versions(connection)
    assert (found.version, found.verdicts) == (version, f"{version}/verdicts/3")
    assert (found.case.tier, found.case.change_class, found.case.environment) == (2, "new", "production")


def test_each_case_is_asked_once_and_versions_without_need_are_left_out(world: World) -> None:
    change = Change(change_class=ChangeClass.CORRECTION, what="a wrong unit", why="it was found")
    first, second = world.assessed(), world.assessed(world.version())
    world.assessed(world.version(change=change))
    classes: list[str] = []

    def needed(case: ApprovalCase) -> bool:
        classes.append(case.change_class)
        return case.change_class == "new"

    with world.registry.store.reading() as connection:
        found = cleared_versions(connection, needed)
    assert [one.version for one in found] == [first, second]
    assert sorted(classes) == ["correction", "new"]
