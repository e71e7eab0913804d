"""A page of a list: which rows are on it, and how many pages there are."""

from __future__ import annotations

import pytest

from data.queries.paging import EVERYTHING, PageRequest, RowPage, page_of

CASES = {
    "the first page": (PageRequest(1, 3), (0, 1, 2), 3),
    "the last page has the remaining rows": (PageRequest(3, 3), (6, 7), 3),
    "a page after the last one is empty": (PageRequest(4, 3), (), 3),
    "size 0 is everything": (EVERYTHING, tuple(range(8)), 1),
    "a page that is larger than the list": (PageRequest(1, 50), tuple(range(8)), 1),
}


@pytest.mark.parametrize(("request_", "rows", "pages"), CASES.values(), ids=CASES)
def test_the_rows_of_a_page(request_: PageRequest, rows: tuple[int, ...], pages: int) -> None:
    page = page_of(range(8), request_)
    assert (page.rows, page.total, page.pages) == (rows, 8, pages)


def test_an_empty_list_has_one_empty_page() -> None:
    assert RowPage((), PageRequest(1, 50), 0).pages == 1
