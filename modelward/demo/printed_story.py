"""Print the output of the demo: numbered steps, their results, and the time they took."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

INDENT = "   "
CONTINUED = "  "
"""The further indent of the lines that continue a text."""


class PrintedStory:
    """The printer of the demo's steps; `spent` is the seconds by kind of step.

    A line ends between two words, within the width of the terminal. Only a word that is wider is longer: a path.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.spent: dict[str, float] = {}
        self._number = 0

    @contextmanager
    def step(self, title: str, kind: str) -> Iterator[None]:
        """Print the title of a numbered step, and count the time of the block under `kind`."""
        self._number += 1
        self.console.print()
        self._print(f"{self._number}. {title}", "", INDENT, style="bold")
        started = time.monotonic()
        try:
            yield
        finally:
            self.spent[kind] = self.spent.get(kind, 0.0) + time.monotonic() - started

    def say(self, text: str, on: datetime | None = None) -> None:
        """Print a text without markup, after the date in the replay if there is one."""
        begin = f"{INDENT}{on:%d %b} " if on else INDENT
        for line in text.split("\n"):
            self._print(line, begin, " " * (len(begin) + len(line) - len(line.lstrip()) + len(CONTINUED)))
            begin = " " * len(begin)

    def _print(self, text: str, begin: str, after: str, style: str = "") -> None:
        """Print a text in lines of the terminal's width; the first starts with `begin`, each later one with `after`."""
        lines = textwrap.wrap(
            text,
            self.console.width,
            initial_indent=begin,
            subsequent_indent=after,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines or [""]:
            self.console.print(Text(line, style=style), soft_wrap=True)

    def table(self, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        """Print a table."""
        drawn = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
        for name in columns:
            drawn.add_column(name, overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        self.console.print()
        self.console.print(drawn)

    def print_times(self, total: float) -> None:
        """Print the total time and the time of each kind of step, longest first, in seconds."""
        parts = ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in sorted(self.spent.items(), key=_most))
        self.say(f"{total:.0f} s in all: {parts}")


def _most(entry: tuple[str, float]) -> float:
    return -entry[1]
