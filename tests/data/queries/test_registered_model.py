"""The registered facts of a model, and the parent of a submission."""

from __future__ import annotations

from data.queries.registered_model import RegisteredFacts, parent_facts, registered_model
from data.records.version import Version
from tests.world import MODEL, World


def test_an_unknown_model_has_no_facts(world: World) -> None:
    found = registered_model(world.registry, "models/ops/other")
    assert (found.model, found.versions, found.test_plan, found.monitoring_plan, found.consumers) == (
        None,
        (),
        None,
        None,
        (),
    )


def test_a_model_has_its_versions(world: World) -> None:
    version = world.version()
    found = registered_model(world.registry, MODEL)
    assert found.model is not None
    assert [one.key for one in found.versions] == [version]


def test_the_parent_is_chosen_in_the_same_snapshot(world: World) -> None:
    version = world.version()
    seen: list[RegisteredFacts] = []

    def newest(facts: RegisteredFacts) -> Version | None:
        seen.append(facts)
        return facts.versions[-1]

    found = parent_facts(world.registry, MODEL, [version, f"{MODEL}/versions/9"], newest)
    assert found.parent is not None
    assert found.parent.key == version
    assert {one.person for one in found.roster} >= {"alma", "axel"}
    assert (seen[0].adopted, seen[0].upstream) == ({"baseline"}, {version})
    without = parent_facts(world.registry, MODEL, [], lambda facts: None)
    assert (without.parent, without.sections, without.datasets) == (None, (), ())
