"""The lists of a model that grow without limit: a page shows the newest rows, and further pages show all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 100
"""The number of rows of a list on one page."""
MOST_NAMED = 12
"""The number of versions in the navigation of each page of a model."""
LIST_NAMES = ("events", "steps", "versions", "windows", "alerts", "incidents")


@dataclass(frozen=True)
class LongList:
    """A list by its name, one of LIST_NAMES, with its rows, the oldest first.

    Pages are counted from the oldest row, so that a full page never changes its rows or its address.
    """

    name: str
    rows: Sequence[object]

    @property
    def pages(self) -> int:
        """The number of pages of the list; 0 if all rows are shown where the list belongs."""
        return -(-len(self.rows) // MOST_ROWS) if len(self.rows) > MOST_ROWS else 0

    def page(self, number: int) -> Sequence[object]:
        """Return the rows of a page, counted from 1."""
        return self.rows[(number - 1) * MOST_ROWS : number * MOST_ROWS]

    def shown(self, single: bool) -> Sequence[object]:
        """Return the newest rows; in the report, which is a single file (`single`), all of them."""
        return self.rows if single else self.rows[-MOST_ROWS:]
