"""A Markdown table: its head, the rule below it and a line a row."""

from __future__ import annotations

from views.forms.markdown_table import markdown_table


def test_each_row_is_a_line_and_named_columns_are_aligned_to_the_right() -> None:
    assert markdown_table(["metric", "value"], [("auc", "0.7"), ("rows", 9)], right=("value",)) == [
        "| metric | value |",
        "|---|--:|",
        "| auc | 0.7 |",
        "| rows | 9 |",
    ]


def test_a_table_without_rows_is_its_head() -> None:
    assert markdown_table(["metric"], []) == ["| metric |", "|---|"]
