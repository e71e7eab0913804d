"""What the demo prints: numbered steps, the result of each, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.table import Table


class PrintedStory:
    """Prints the steps of the demo on the terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.spent: dict[str, float] = {}
        self._number = 0

    @contextmanager
    def step(self, title: str, kind: str) -> Iterator[None]:
        """A numbered step; its time is counted under `kind`."""
        self._number += 1
        self.console.print(f"\n[bold]{self._number}. {title}[/bold]")
        begun = time.monotonic()
        try:
            yield
        finally:
            self.spent[kind] = self.spent.get(kind, 0.0) + time.monotonic() - begun

    def say(self, text: str, on: datetime | None = None) -> None:
        """One line of what happened, with the replay's date when it has one. Text is printed as it is."""
        stamp = f"{on:%d %b} " if on else ""
        self.console.print(f"   {stamp}{text}", markup=False)

    def table(self, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        """A table."""
        drawn = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
        for name in columns:
            drawn.add_column(name, overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        self.console.print()
        self.console.print(drawn)

    def times(self, total: float) -> None:
        """Where the time went, most first."""
        parts = ", ".join(f"{kind} {seconds:.0f} s" for kind, seconds in sorted(self.spent.items(), key=_most))
        self.say(f"{total:.0f} s in all: {parts}")


def _most(entry: tuple[str, float]) -> float:
    return -entry[1]
