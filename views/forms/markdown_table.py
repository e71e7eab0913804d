"""A Markdown table. Its cells are Markdown already: words of others have passed `plain` or `quoted` before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence


def markdown_table(
    columns: Sequence[str], rows: Iterable[Sequence[str | int]], right: Collection[str] = ()
) -> list[str]:
    """The lines of a table with these columns, those named in `right` aligned to the right; without rows its head."""
    rule = "|".join("--:" if name in right else "---" for name in columns)
    return [_line(columns), f"|{rule}|", *(_line(row) for row in rows)]


def _line(cells: Sequence[str | int]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
