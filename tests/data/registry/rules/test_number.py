"""Every event names the rules that it was judged by, and an event without a number was judged by the first."""

from __future__ import annotations

from data.registry.rules.number import FIRST_RULES, RULES_NUMBER, rules_of
from tests.world import World


def test_every_event_names_the_present_rules(world: World) -> None:
    world.grant("outsider", "operator")
    assert {event["rules"] for event in world.events()} == {RULES_NUMBER}


def test_an_event_is_judged_by_the_rules_that_it_names() -> None:
    assert rules_of({"v": 2, "rules": 7}) == 7


def test_an_older_event_without_a_number_is_judged_by_the_first_rules() -> None:
    assert (rules_of({"v": 1}), FIRST_RULES) == (1, 1)
