"""The options with which a list is read page by page, and the line that says which page is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import typer

from data.queries.paging import PageRequest, RowPage
from data.records.row import Row
from modelward.cli.terminal import remark, show_json, show_table

R = TypeVar("R", bound=Row)

ROWS = 50
"""The number of rows on a page unless the caller chooses another one."""

PageNumber = Annotated[int, typer.Option("--page", min=1, metavar="N", help="The page to show, from 1.")]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", "-n", min=0, metavar="ROWS", help="Rows on a page; 0: all on one. By default 50, with --json all."
    ),
]


OnlyModel = Annotated[str, typer.Argument(metavar="[MODEL]", help="Only for this model.")]
OnlyAbout = Annotated[str, typer.Argument(metavar="[MODEL[/VERSION]]", help="Only for this model or version.")]


@dataclass(frozen=True)
class RowTable(Generic[R]):
    """How rows are listed: their noun in the plural, the columns, the cells of a row, and the line for no rows.

    `whole` is the number of the first columns that are never shortened.
    """

    noun: str
    columns: tuple[str, ...]
    cells: Callable[[R], tuple[object, ...]]
    nothing: str
    whole: int = 1


def show_rows(page: RowPage[R], table: RowTable[R], as_json: bool) -> None:
    """Show a page of rows as a table or as JSON, and on stderr which page it is."""
    if as_json:
        show_json(page.rows)
    else:
        show_table(table.columns, [table.cells(row) for row in page.rows], table.nothing, whole=table.whole)
    remark_page(page, table.noun)


def requested_page(number: int, limit: int | None, as_json: bool) -> PageRequest:
    """Return the page that the options name. A program that reads JSON gets every row unless it asks for a page."""
    if limit is None:
        limit = 0 if as_json and number == 1 else ROWS
    return PageRequest(number, limit)


def remark_page(page: RowPage[object], noun: str, order: str = "") -> None:
    """Say on stderr which page this is, and how to see the next one; nothing where everything is shown.

    `order` says from which end the rows are counted, if not from the beginning.
    """
    if page.pages == 1 and page.request.number == 1:
        return
    first, last = page.request.offset + 1, page.request.offset + len(page.rows)
    shown = f"{noun} {first:,} to {last:,} of {page.total:,}" if page.rows else f"there are {page.total:,} {noun}"
    more = f"; --page {page.request.number + 1} shows the next" if page.request.number < page.pages else ""
    remark(f"page {page.request.number:,} of {page.pages:,}: {shown}{order and ', ' + order}{more}")
