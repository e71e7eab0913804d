"""The pages of a long inventory: which models a page shows, by filter and number, and the addresses of the others.

An inventory of at most MOST_LINES models is one page, on which a style filters the models. A longer one has a page for
each choice of filters, so that no page grows with the number of models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from data.queries.paging import PageRequest, RowPage, page_of
from data.records.names import system_name
from views.evidence_address import INVENTORY
from views.pages.due import DueItem
from views.pages.inventory_view import InventoryLine, InventoryView

MOST_LINES = 50
"""The number of models, and of due items, on one page."""
MOST_OWNERS = 30
"""The number of owners that a page offers as a filter."""
FILTERS: Mapping[str, Callable[[InventoryLine], frozenset[str]]] = {
    "stage": lambda line: frozenset({line.stage.replace(" ", "-")}),
    "tier": lambda line: frozenset({str(line.model.tier)}),
    "owner": lambda line: frozenset({system_name(line.model.owner)}),
    "due": lambda line: frozenset(line.urgency),
}
"""The filters in their order, each with the values of a model as they are written in an address."""
_ADDRESS = re.compile(
    r"inventory/(?:stage-(?P<stage>[a-z-]+)/)?(?:tier-(?P<tier>[0-9]+)/)?(?:owner-(?P<owner>[a-z0-9][a-z0-9._-]{0,127})/)?"
    r"(?:due-(?P<due>[a-z]+)/)?(?P<number>[1-9][0-9]{0,8})\.html"
)
_DUE_ADDRESS = re.compile(r"due/(?P<number>[1-9][0-9]{0,8})\.html")


@dataclass(frozen=True)
class InventoryChoice:
    """A page of the models that fit the filters; an empty filter chooses every model. Pages are counted from 1."""

    stage: str = ""
    tier: str = ""
    owner: str = ""
    due: str = ""
    number: int = 1

    @classmethod
    def at(cls, address: str) -> InventoryChoice | None:
        """Return the choice that an address names; None for the address of another page."""
        if address == INVENTORY:
            return cls()
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return None
        chosen = {name: value or "" for name, value in found.groupdict().items() if name != "number"}
        return cls(**chosen, number=int(found["number"]))

    @cached_property
    def filters(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name in FILTERS if (value := str(getattr(self, name)))}

    @property
    def address(self) -> str:
        """The address of the page: the inventory itself for the first page without a filter."""
        if not self.filters and self.number == 1:
            return INVENTORY
        folders = [f"{name}-{value}" for name, value in self.filters.items()]
        return "/".join(["inventory", *folders, f"{self.number}.html"])

    @property
    def root(self) -> str:
        """The path from the page to the root of the pages."""
        return "../" * self.address.count("/")

    def with_filter(self, name: str, value: str) -> InventoryChoice:
        """Return the first page with one more filter, or without it if the value is empty."""
        chosen = self.filters | {name: value}
        stage, tier, owner, due = (chosen.get(one, "") for one in FILTERS)
        return InventoryChoice(stage, tier, owner, due)

    def fits(self, line: InventoryLine) -> bool:
        """Return True if a model fits every filter."""
        return all(value in FILTERS[name](line) for name, value in self.filters.items())


@dataclass(frozen=True)
class FilterValue:
    """A value by which a page offers to filter: its name, the page that it leads to, and whether it is chosen."""

    name: str
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class InventoryPage:
    """The models on one page. With `combines` a filter is added to those that are set, otherwise it replaces them."""

    view: InventoryView
    choice: InventoryChoice
    lines: RowPage[InventoryLine]
    combines: bool

    @classmethod
    def of(cls, view: InventoryView, choice: InventoryChoice, combines: bool) -> InventoryPage:
        """Return the page of a choice; without any line if there is no such page."""
        fitting = [line for line in view.lines if choice.fits(line)] if choice.filters else view.lines
        return cls(view, choice, page_of(fitting, PageRequest(choice.number, MOST_LINES)), combines)

    @property
    def is_whole(self) -> bool:
        """True if one page shows every model, so that a style can filter them."""
        return is_whole(self.view)

    @property
    def is_missing(self) -> bool:
        """True if the choice has fewer pages."""
        return self.choice.number > self.lines.pages

    def page(self, number: int) -> str:
        """Return the address of another page of the same filters."""
        return replace(self.choice, number=number).address

    def values(self, name: str) -> list[FilterValue]:
        """Return the values of a filter that a page offers, all models first."""
        shown = {
            "stage": [(one.replace(" ", "-"), one) for one in self.view.stages],
            "tier": [(str(one), str(one)) for one in self.view.tiers],
            "owner": [(system_name(one), self.view.person(one)) for one in self.view.owners[:MOST_OWNERS]],
            "due": [("late", "late"), ("soon", "within 30 days"), ("later", "later"), ("open", "no date")],
        }
        chosen = str(getattr(self.choice, name))
        offered = [("", "all"), *shown[name]]
        return [FilterValue(text, self._with(name, value).address, value == chosen) for value, text in offered]

    @property
    def owners_left_out(self) -> int:
        """The number of owners that are not offered as a filter."""
        return max(0, len(self.view.owners) - MOST_OWNERS)

    def _with(self, name: str, value: str) -> InventoryChoice:
        return (self.choice if self.combines else InventoryChoice()).with_filter(name, value)


def is_whole(view: InventoryView) -> bool:
    """Return True if one page shows every model."""
    return len(view.lines) <= MOST_LINES


def every_choice(view: InventoryView) -> Iterator[InventoryChoice]:
    """Yield each page with at most one filter, the inventory itself first: the pages of a folder of files."""
    single = [InventoryChoice()]
    if not is_whole(view):
        found = {(name, value) for line in view.lines for name in FILTERS for value in FILTERS[name](line)}
        found |= {("due", value) for value in ("late", "soon", "later", "open")}
        single += [InventoryChoice().with_filter(name, value) for name, value in sorted(found)]
    for choice in single:
        pages = InventoryPage.of(view, choice, combines=False).lines.pages
        yield from (replace(choice, number=number) for number in range(1, pages + 1))


def due_page(view: InventoryView, number: int) -> RowPage[DueItem]:
    """Return a page of what is due on all models, the earliest due time first."""
    return page_of(view.due, PageRequest(number, MOST_LINES))


def due_address(number: int) -> str:
    """Return the address of a page of what is due."""
    return f"due/{number}.html"


def due_number(address: str) -> int | None:
    """Return which page of what is due an address names; None for the address of another page."""
    found = _DUE_ADDRESS.fullmatch(address)
    return int(found["number"]) if found else None
