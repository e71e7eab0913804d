"""The CSS rules of the inventory's filters: one rule for each choice, without text from the registry."""

from __future__ import annotations

import re

import pytest

from tests.world import World
from views.pages.filter_style import URGENCIES, filter_style
from views.pages.inventory_view import inventory_view


@pytest.fixture
def style(world: World) -> str:
    """Return the CSS rules for two models with different owners and tiers, both without a version."""
    world.model()
    world.model("models/crm/churn", owner="dev", tier=3)
    return filter_style(inventory_view(world.home))


def test_each_choice_hides_the_models_that_do_not_match_it(style: str) -> None:
    assert ".models:has(#by-tier .is-1:checked) .line:not(.tier-1) { display: none; }" in style.splitlines()


def test_there_is_one_rule_for_each_value_that_occurs(style: str) -> None:
    rules = re.findall(r"#by-(\w+) \.is-\d", style)
    assert {name: rules.count(name) for name in rules} == {"stage": 1, "tier": 2, "owner": 2, "due": len(URGENCIES)}


def test_choosing_any_due_date_hides_the_models_with_nothing_due(style: str) -> None:
    (rule,) = [line for line in style.splitlines() if ".any:checked" in line]
    assert all(f".due-{number}" in rule for number in range(len(URGENCIES)))


def test_no_text_from_the_registry_is_in_the_style(style: str) -> None:
    assert "olga" not in style
    assert "churn" not in style
