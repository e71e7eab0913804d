"""Print tables, facts and records for people, and JSON for programs, safely on any terminal.

Text from the registry may be hostile: control and direction characters are printed as their codes, and no text is
interpreted as markup. Results go to stdout; remarks and errors go to stderr.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from data.records.instant import write_instant
from data.registry.registry import Receipt
from data.text.untrusted_text import safe

REPEAT_SECONDS = 30.0
DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
GOOD = {"passed", "approved", "deployed", "active", "ok", "fit", "closed", "granted", "resolved", "cleared", "serving"}
BAD = {"failed", "rejected", "revoked", "page", "critical", "high", "escalated", "rolled_back", "suspended", "fail"}
OPEN = {"pending", "open", "unproven", "warning", "warn", "expired", "answered", "disputed", "requested", "registered"}


def out() -> Console:
    """Return the console for results, on stdout."""
    return Console(markup=False, highlight=False, emoji=False)


def err() -> Console:
    """Return the console for remarks, prompts and errors, on stderr."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def as_text(value: object) -> str:
    """Return a value as text: times in UTC to the minute, no value as a dash, floats with four significant digits."""
    if value is None or value == "" or value == ():
        return "–"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(as_text(one) for one in value)
    return safe(str(value))


def styled(value: object) -> Text:
    """Return a value as text, in colour if its first word is a state; the text is the same without colours."""
    text = as_text(value)
    word = text.partition(" ")[0].lower()
    style = "green" if word in GOOD else "red" if word in BAD else "yellow" if word in OPEN else ""
    return Text(text, style=style)


def say(text: str = "") -> None:
    """Print one line of the result."""
    out().print(safe(text), soft_wrap=True)


def remark(text: str) -> None:
    """Print one line beside the result, on stderr."""
    err().print(safe(text), soft_wrap=True, style="dim")


def heading(text: str) -> None:
    """Print the heading of facts or of a table."""
    out().print(Text(safe(text), style="bold"))


def show_markdown(text: str) -> None:
    """Print Markdown that the views made. Rich's parser is imported here, because few commands show Markdown."""
    from rich.markdown import Markdown  # noqa: PLC0415 – 60 ms of CPU

    out().print(Markdown(safe(text)))


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str, whole: int = 1, title: str = ""
) -> None:
    """Print rows under columns, or the text `empty` if there are no rows. The first `whole` columns never wrap.

    A title is printed above them, unless there are neither rows nor an `empty` text.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number < whole, overflow="fold")
    for row in rows:
        table.add_row(*(styled(cell) for cell in row))
    if title and (table.row_count or empty):
        say()
        heading(title)
    if table.row_count:
        out().print(table)
    elif empty:
        say(empty)


def show_facts(facts: Mapping[str, object]) -> None:
    """Print names with their values, one a line. Empty values are omitted, and digests are shortened."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if value not in (None, "", (), [], {}):
            grid.add_row(name, styled(DIGEST.sub(r"\1…", value) if isinstance(value, str) else value))
    out().print(grid)


def show_json(value: object) -> None:
    """Print a value as JSON on stdout, in ASCII, so that it is the same on every terminal and in every pipe."""
    sys.stdout.write(json.dumps(plain(value), indent=2, ensure_ascii=True) + "\n")


def plain(value: Any) -> Any:
    """Convert records to JSON values, with times as the registry writes them."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({one.name: getattr(value, one.name) for one in dataclasses.fields(value)})
    if isinstance(value, dt.datetime):
        return write_instant(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def show_receipt(receipt: Receipt, as_json: bool, sentence: str) -> None:
    """Print what was recorded: the sentence with the event's number, or the event with its rows as JSON."""
    if not as_json:
        say(f"{sentence} (event {receipt.seq})")
        return
    rows = [{"table": row.table, **row.model_dump(mode="json")} for row in receipt.rows]
    show_json(
        {
            "event": receipt.seq,
            "id": receipt.id,
            "type": receipt.type.value,
            "subject": receipt.subject,
            "effective_at": receipt.effective_at,
            "rows": rows,
        }
    )


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show what is in progress and for how long, while the block runs.

    It is shown on stderr: on a terminal in one line that changes, elsewhere (a log, a CI job) as a line at the start
    and one for each half minute.
    """
    console = err()
    if not console.is_terminal:
        with _in_lines(what):
            yield
        return

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(safe(what), total=None)
        yield


@contextmanager
def _in_lines(what: str) -> Iterator[None]:
    remark(what)
    started, ended = time.monotonic(), threading.Event()

    def repeat() -> None:
        while not ended.wait(REPEAT_SECONDS):
            remark(f"{what}: {time.monotonic() - started:.0f} s so far")

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
