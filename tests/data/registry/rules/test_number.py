"""Every event has the number of the rules that judged it; an event without a number has the first."""

from __future__ import annotations

from data.registry.rules.number import FIRST_RULES, RULES_NUMBER, rules_of
from tests.world import World


def test_a_new_event_has_the_present_rules_number(world: World) -> None:
    world.grant("outsider", "operator")
    assert {event["rules"] for event in world.events()} == {RULES_NUMBER}


def test_the_rules_number_of_an_event_is_read() -> None:
    assert rules_of({"v": 2, "rules": 7}) == 7


def test_an_event_without_a_number_has_the_first() -> None:
    assert (rules_of({"v": 1}), FIRST_RULES) == (1, 1)
