"""One page of a long list: which page is wanted, and the rows of that page with the number of all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class PageRequest:
    """Page `number`, counted from 1, of `size` rows; with size 0 everything is on page 1."""

    number: int = 1
    size: int = 0

    @property
    def offset(self) -> int:
        """The number of rows before the page."""
        return (self.number - 1) * self.size


EVERYTHING = PageRequest()
"""All rows on one page."""


@dataclass(frozen=True)
class RowPage(Generic[T_co]):
    """The rows of a page, the page that was asked for, and the number of rows on all pages."""

    rows: tuple[T_co, ...]
    request: PageRequest
    total: int

    @property
    def pages(self) -> int:
        """The number of pages; at least 1."""
        return max(1, -(-self.total // self.request.size)) if self.request.size else 1


def page_of(rows: Sequence[T], request: PageRequest) -> RowPage[T]:
    """Return one page of rows that are in memory."""
    shown = rows[request.offset : request.offset + request.size] if request.size else rows
    return RowPage(tuple(shown), request, len(rows))
