"""A Markdown table. Its cells must be Markdown already: the caller escapes untrusted text with `plain` or `quoted`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence


def markdown_table(
    columns: Sequence[str], rows: Iterable[Sequence[str | int]], right: Collection[str] = ()
) -> list[str]:
    """Return the lines of a table; the columns in `right` are aligned right. Without rows only the head is returned."""
    rule = "|".join("--:" if name in right else "---" for name in columns)
    return [_line(columns), f"|{rule}|", *(_line(row) for row in rows)]


def _line(cells: Sequence[str | int]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
