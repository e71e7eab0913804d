"""The options of a paged list, and the line that names the page."""

from __future__ import annotations

import pytest

from data.queries.paging import PageRequest, page_of
from modelward.cli.paging import remark_page, requested_page

OPTIONS = {
    "a table has 50 rows": ((1, None, False), PageRequest(1, 50)),
    "json has every row": ((1, None, True), PageRequest(1, 0)),
    "json has a page if one is named": ((2, None, True), PageRequest(2, 50)),
    "a limit holds for both": ((3, 7, True), PageRequest(3, 7)),
    "limit 0 is everything": ((1, 0, False), PageRequest(1, 0)),
}


@pytest.mark.parametrize(("options", "page"), OPTIONS.values(), ids=OPTIONS)
def test_the_options_name_a_page(options: tuple[int, int | None, bool], page: PageRequest) -> None:
    assert requested_page(*options) == page


REMARKS = {
    "a list on one page has no remark": (PageRequest(1, 50), ""),
    "the first page names the next one": (
        PageRequest(1, 3),
        "page 1 of 3: alerts 1 to 3 of 8; --page 2 shows the next\n",
    ),
    "the last page": (PageRequest(3, 3), "page 3 of 3: alerts 7 to 8 of 8\n"),
    "a page that does not exist": (PageRequest(9, 3), "page 9 of 3: there are 8 alerts\n"),
}


@pytest.mark.parametrize(("page", "text"), REMARKS.values(), ids=REMARKS)
def test_the_remark_says_which_page_it_is(page: PageRequest, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    remark_page(page_of(range(8), page), "alerts")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", text)
