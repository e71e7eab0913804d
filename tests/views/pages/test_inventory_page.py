"""A long inventory is read page by page, with each combination of filters, and no page grows with the inventory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.operations import prepared
from tests.views.pages.test_render import Outline
from tests.world import Template, World
from views.pages import inventory_page
from views.pages.inventory_page import (
    InventoryChoice,
    InventoryPage,
    due_address,
    due_number,
    due_page,
    every_choice,
    is_whole,
)
from views.pages.inventory_view import InventoryView, inventory_view
from views.pages.render import render_due, render_inventory

OWNERS = ("olga", "dev", "olga", "Night desk", "olga")


def add_five_models(world: World) -> None:
    """Register five models; the first has a version in review and a pending request."""
    world.requested(world.validated(world.version("models/ops/m0")))
    for number, owner in enumerate(OWNERS[1:], start=1):
        world.model(f"models/ops/m{number}", owner=owner, tier=3 if number == 1 else 2)


@pytest.fixture(scope="module")
def five_models(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> InventoryView:
    """The inventory of five models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.registry.rules.model._check_owner", lambda *_: None)  # rules 1 to 4 had any text
        template = prepared(founded, tmp_path_factory.mktemp("inventory") / "home", add_five_models)
    return inventory_view(World(template.root, template.now).home)


@pytest.fixture
def view(five_models: InventoryView, monkeypatch: pytest.MonkeyPatch) -> InventoryView:
    """The inventory of five models, two on a page."""
    monkeypatch.setattr(inventory_page, "MOST_LINES", 2)
    return five_models


def names(view: InventoryView, choice: InventoryChoice) -> list[str]:
    return [line.name for line in InventoryPage.of(view, choice, combines=True).lines.rows]


CHOICES = {
    "index.html": InventoryChoice(),
    "inventory/2.html": InventoryChoice(number=2),
    "inventory/stage-in-review/1.html": InventoryChoice(stage="in-review"),
    "inventory/stage-no-version/tier-2/owner-olga/due-open/3.html": InventoryChoice(
        "no-version", "2", "olga", "open", 3
    ),
}


@pytest.mark.parametrize("address, choice", CHOICES.items(), ids=CHOICES)
def test_an_address_names_filters_and_page(address: str, choice: InventoryChoice) -> None:
    assert choice.address == address
    assert InventoryChoice.at(address) == choice
    assert choice.root == "../" * address.count("/")


@pytest.mark.parametrize(
    "address", ["inventory/0.html", "inventory/tier-x/1.html", "due/1.html", "audit.html", "inventory"]
)
def test_another_address_names_no_page_of_the_inventory(address: str) -> None:
    assert InventoryChoice.at(address) is None


def test_a_page_has_the_next_models_that_fit(view: InventoryView) -> None:
    assert names(view, InventoryChoice(number=3)) == ["ops/m4"]
    assert names(view, InventoryChoice(owner="olga", tier="2", number=2)) == ["ops/m4"]
    assert names(view, InventoryChoice(stage="in-review")) == ["ops/m0"]
    assert names(view, InventoryChoice(due="soon")) == ["ops/m0"]
    assert names(view, InventoryChoice(tier="1")) == []


def test_an_owner_whose_name_is_no_address_is_found_too(view: InventoryView) -> None:
    page = InventoryPage.of(view, InventoryChoice(), combines=True)
    (address,) = [one.address for one in page.values("owner") if one.name == "Night desk"]
    choice = InventoryChoice.at(address)
    assert choice is not None
    assert names(view, choice) == ["ops/m3"]


def test_a_filter_is_added_to_the_others_or_replaces_them(view: InventoryView) -> None:
    chosen = InventoryChoice(tier="2", number=2)
    both = [InventoryPage.of(view, chosen, combines).values("owner")[1].address for combines in (True, False)]
    assert both == ["inventory/tier-2/owner-dev/1.html", "inventory/owner-dev/1.html"]
    assert [one.is_chosen for one in InventoryPage.of(view, chosen, True).values("tier")] == [False, True, False]


def test_a_page_offers_some_owners_and_says_how_many_more_there_are(
    view: InventoryView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_page, "MOST_OWNERS", 1)
    page = InventoryPage.of(view, InventoryChoice(), combines=True)
    assert (len(page.values("owner")), page.owners_left_out) == (2, 2)
    assert "and 2 more: modelward inventory --owner PERSON" in Outline(render_inventory(view, None)).text


def test_there_is_no_page_after_the_last_one(view: InventoryView) -> None:
    pages = [InventoryPage.of(view, InventoryChoice(number=number), True).is_missing for number in (3, 4)]
    assert pages == [False, True]


def test_a_folder_has_each_page_with_at_most_one_filter(view: InventoryView, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [choice.address for choice in every_choice(view)]
    assert addresses[:3] == ["index.html", "inventory/2.html", "inventory/3.html"]
    assert {"inventory/tier-3/1.html", "inventory/due-late/1.html", "inventory/owner-olga/2.html"} <= set(addresses)
    assert len(addresses) == len(set(addresses))
    monkeypatch.setattr(inventory_page, "MOST_LINES", 5)
    assert (is_whole(view), [choice.address for choice in every_choice(view)]) == (True, ["index.html"])


def test_a_page_says_which_models_it_shows_and_links_to_the_others(view: InventoryView) -> None:
    page = Outline(render_inventory(view, None, choice=InventoryChoice(tier="2", number=2), combines=True))
    assert "Models 3 to 4 of 4 that fit, 5 in all." in page.text
    assert "page 2 of 2" in page.text
    assert {"../../inventory/tier-2/1.html", "../../index.html"} <= {link["href"] for link in page.all("a")}
    first = Outline(render_inventory(view, None, combines=True))
    assert "inventory/2.html" in {link["href"] for link in first.all("a")}
    assert "No model fits." in Outline(render_inventory(view, None, choice=InventoryChoice(tier="1"))).text


def test_what_is_due_has_pages_too(view: InventoryView) -> None:
    many = replace(view, lines=tuple(replace(line, due=view.due * 3) for line in view.lines[:1]))
    assert (due_page(many, 1).total, due_page(many, 2).pages) == (3, 2)
    assert (due_address(2), due_number("due/2.html"), due_number("index.html")) == ("due/2.html", 2, None)
    first, second = Outline(render_inventory(many, None)), Outline(render_due(many, 2))
    assert "The first 2 of 3 items; all items, page by page" in first.text
    assert "Page 2 of 2, the earliest due time first; 3 items in all." in second.text
    assert {"../due/1.html", "../index.html"} <= {link["href"] for link in second.all("a")}
