"""The subjects of reminders."""

from __future__ import annotations

from datetime import timedelta

from data.queries.reminders import reminder_facts
from data.registry.commands.review import OpenReview
from tests.operations import deploy
from tests.world import MODEL, World


def test_open_reviews_and_approved_versions_in_a_slot_are_read_with_the_owner(world: World) -> None:
    deploy(world, world.approved())
    world.do(OpenReview(model=MODEL, reason="periodic review", due_at=world.now + timedelta(days=30)))
    facts = reminder_facts(world.registry, world.now)
    assert [(one.review.reason, one.owner) for one in facts.open_reviews] == [("periodic review", "olga")]
    assert [(one.version.number, one.owner) for one in facts.serving] == [(1, "olga")]
    assert (facts.late_findings, facts.releases) == ((), ())


def test_deputies_are_the_grants_with_an_end(world: World) -> None:
    before = len(reminder_facts(world.registry, world.now).deputies)
    world.grant("otto", deputy_of="alma", to_at=world.now + timedelta(days=3))
    facts = reminder_facts(world.registry, world.now)
    assert len(facts.deputies) == before + 1
    assert facts.deputies[-1].deputy_of == "alma"
