"""The page of the exit codes lists what the code does: each error, each command that ends with a code of its own."""

from __future__ import annotations

import ast
import re
import signal
from collections.abc import Iterator
from pathlib import Path

from data.errors import ModelwardError
from modelward import commands
from modelward.cli.command_group import INTERRUPTED
from modelward.runs.termination import BY_SIGNAL

PAGE = (Path(__file__).parents[2] / "docs" / "exit-codes.md").read_text("utf-8")
COMMANDS = Path(str(commands.__file__)).parent
END_WITH_A_CODE = {"Exit", "end_with_report"}


def rows_below(heading: str) -> list[tuple[str, ...]]:
    """Return the cells of the table whose first column has this heading."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in table]


def errors(kind: type[ModelwardError] = ModelwardError) -> Iterator[type[ModelwardError]]:
    for error in kind.__subclasses__():
        if error.__module__ == "data.errors":
            yield error
            yield from errors(error)


def test_every_error_is_listed_with_its_exit_code() -> None:
    listed = {code: int(number) for code, number in rows_below("code in `--json`")}
    assert listed == {error("").code: error.exit_code for error in errors()}


def test_every_exit_code_has_its_meaning() -> None:
    assert {int(code) for code, _ in rows_below("exit code")} == {
        0,
        *(error.exit_code for error in errors()),
        INTERRUPTED,
        BY_SIGNAL + signal.SIGTERM,
    }
    assert f"{BY_SIGNAL + signal.SIGHUP}: by SIGHUP" in PAGE


def ends_with_a_code(file: Path) -> bool:
    """Return True for a command that calls `Exit` with something other than 0 or the code of Ctrl-C."""
    calls = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
    named = [one for one in calls if re.split(r"\W", ast.unparse(one.func))[-1] in END_WITH_A_CODE and one.args]
    return any(ast.unparse(one.args[0]) not in ("0", "INTERRUPTED") for one in named)


def test_every_command_with_a_code_of_its_own_is_listed() -> None:
    listed = {command for command, *_ in rows_below("command")}
    assert listed == {file.stem for file in COMMANDS.glob("*.py") if ends_with_a_code(file)}
