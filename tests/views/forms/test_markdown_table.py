"""A Markdown table has a head, a rule below it and one line a row."""

from __future__ import annotations

from views.forms.markdown_table import markdown_table


def test_each_row_is_a_line_and_the_chosen_columns_are_aligned_right() -> None:
    assert markdown_table(["metric", "value"], [("auc", "0.7"), ("rows", 9)], right=("value",)) == [
        "| metric | value |",
        "|---|--:|",
        "| auc | 0.7 |",
        "| rows | 9 |",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    assert markdown_table(["metric"], []) == ["| metric |", "|---|"]
