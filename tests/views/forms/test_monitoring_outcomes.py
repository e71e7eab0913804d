"""The outcomes of a monitoring run as one table: urgent rows first, and no text breaks the table."""

from __future__ import annotations

from data.records.monitoring import NightOutcome
from views.forms.monitoring_outcomes import outcome_counts, outcome_lines


def test_failures_come_first_then_pages_then_warnings() -> None:
    quiet = NightOutcome(model="models/ops/quiet_one", state="recorded", rows=2_100, counts={"quiet": 3})
    paging = NightOutcome(model="models/ops/paging", state="recorded", pages=("a",), warnings=("b", "c"))
    failed = NightOutcome(model="models/ops/failed", state="failed", why="no | such\ncolumn")
    lines = outcome_lines([quiet, paging, failed])
    assert lines[2] == "| ops/failed | failed: no \\| such column | 0 | 0 | 0 | 0 | 0 | 0 |"
    assert lines[3] == "| ops/paging | recorded | 0 | 0 | 1 | 2 | 0 | 0 |"
    assert lines[4] == r"| ops/quiet\_one | recorded | 2,100 | 0 | 0 | 0 | 3 | 0 |"


def test_the_counts_are_one_sentence() -> None:
    paging = NightOutcome(model="models/ops/paging", state="recorded", pages=("a",), warnings=("b", "c"))
    failed = NightOutcome(model="models/ops/failed", state="failed", why="no log")
    assert outcome_counts([paging, failed]) == "1 failed, 1 recorded, 1 page, 2 warnings"
    assert outcome_counts([]) == "nothing is monitored"


def test_rows_beyond_the_limit_are_only_counted() -> None:
    many = [NightOutcome(model=f"models/ops/m{number}", state="recorded") for number in range(1_000)]
    table = "\n".join(outcome_lines(many))
    assert table.endswith("and 800 more")
    assert len(table) < 20_000
