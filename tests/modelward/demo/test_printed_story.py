"""The demo prints no line that is wider than the terminal, except a path that is wider by itself."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from modelward import demo
from modelward.demo.printed_story import PrintedStory
from modelward.demo.summary import TRY_NEXT

COLUMNS = 80
DAY = datetime(2013, 7, 2, tzinfo=UTC)
VALUE = "ops/flight-delay v2"
MODULES = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(Path(demo.__path__[0]).glob("*.py"))}
PATH = f"/home/{'folder/' * 15}index.html"
TEXTS = {
    "one line": ("alma votes: approve", ["   02 Jul alma votes: approve"]),
    "a line that is too long continues below its text": (
        "the logs of 06 Nov to 17 Dec contain 0 predictions by ops/flight-delay v2 since",
        ["   02 Jul the logs of 06 Nov to 17 Dec contain 0 predictions by ops/flight-delay", "            v2 since"],
    ),
    "a text of two lines": (
        "GAP-1 failed\n→ fit a simpler model",
        ["   02 Jul GAP-1 failed", "          → fit a simpler model"],
    ),
    "an indented line continues below its text": (
        f"v1 did not clear its gates:\n  GAP-1 ({VALUE * 3}) failed",
        ["   02 Jul v1 did not clear its gates:", f"            GAP-1 ({VALUE * 3})", "              failed"],
    ),
    "a path is not broken": (f"report: {PATH}", ["   02 Jul report:", f"            {PATH}"]),
    "markup is printed as it is": ("[bold]x[/bold]", ["   02 Jul [bold]x[/bold]"]),
}


@pytest.fixture
def printed() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def story(printed: io.StringIO) -> PrintedStory:
    return PrintedStory(Console(file=printed, width=COLUMNS, highlight=False))


def too_wide(printed: io.StringIO) -> list[str]:
    """Return the lines that are wider than the terminal and could have been broken between two words."""
    return [line for line in printed.getvalue().splitlines() if len(line) > COLUMNS and len(line.split()) > 1]


def texts_of(tree: ast.Module) -> Iterator[str]:
    """Yield every text of a module, with a long value in the place of each expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else VALUE for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_is_wrapped_between_words(case: str, story: PrintedStory, printed: io.StringIO) -> None:
    text, lines = TEXTS[case]
    story.say(text, DAY)
    assert printed.getvalue().splitlines() == lines


@pytest.mark.parametrize("module", MODULES)
def test_no_text_of_the_demo_is_printed_wider_than_the_terminal(
    module: str, story: PrintedStory, printed: io.StringIO
) -> None:
    for text in texts_of(MODULES[module]):
        story.say(text, DAY)
        with story.step(text, "any"):
            story.say(f"{text}: {text}")
    assert too_wide(printed) == []


def test_a_table_is_as_wide_as_the_terminal(story: PrintedStory, printed: io.StringIO) -> None:
    story.table("The versions", ("version", "review", "served", "why"), [("1", VALUE * 3, VALUE * 3, VALUE * 9)])
    story.print_times(12.3)
    assert [line for line in printed.getvalue().splitlines() if len(line) > COLUMNS] == []


def test_a_command_to_try_is_printed_on_one_line(story: PrintedStory, printed: io.StringIO) -> None:
    for command in TRY_NEXT:
        story.say(f"  .venv/bin/{command}")
    assert printed.getvalue().splitlines() == [f"     .venv/bin/{command}" for command in TRY_NEXT]


def test_the_story_is_the_only_printer_of_the_demo() -> None:
    calls = {
        (module, node.func.id)
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "Console")
    }
    assert calls == {("printed_story", "Console")}
