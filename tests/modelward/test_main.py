"""The whole command line: its commands and help, which modules it loads, and how it ends."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

import modelward
from modelward.__main__ import COMMANDS as LINES
from modelward.__main__ import app
from tests.modelward.conftest import Cli
from tests.operations import deployed
from tests.world import World

# Every command with its subcommands; a single command has none.
SUBCOMMANDS = {
    **dict.fromkeys(
        (
            *("demo", "init", "register", "amend", "validate", "deploy", "release", "rollback", "suspend", "ratify"),
            *(
                "retire",
                "monitor",
                "inventory",
                "show",
                "history",
                "report",
                "serve",
                "attest",
                "reconcile",
                "recover",
                "doctor",
            ),
            *("up", "status", "down"),
        ),
        "",
    ),
    "people": "add list enrol revoke grant deputise end",
    "approvals": "list show answer receipt",
    "findings": "list open answer dispute close",
    "waivers": "list request decide revoke",
    "consumers": "list add ack silence plan",
    "standard": "list check show adopt",
    "review": "run list complete",
    "alerts": "list ack snooze dismiss confirm",
    "incidents": "list resolve",
    "audit": "verify log backup export prove consistency rebuild",
    "recover": "journal anchors clock backup",
    "verify": "serving checker",
    "config": "show",
    "notices": "list send test",
}
COMMANDS = [[name, *part] for name, parts in SUBCOMMANDS.items() for part in ([[one] for one in parts.split()] or [[]])]
READING = {
    "inventory": ["inventory"],
    "one model": ["show", "delay"],
    "one version": ["show", "delay/1"],
    "the history": ["history", "delay"],
    "a past moment": ["history", "delay", "--as-of", "2013-03-02"],
    "people": ["people", "list"],
    "open requests": ["approvals", "list"],
    "findings": ["findings", "list"],
    "waivers": ["waivers", "list"],
    "consumers": ["consumers", "list"],
    "alerts": ["alerts", "list"],
    "incidents": ["incidents", "list"],
    "notices": ["notices", "list"],
    "reviews": ["review", "list"],
    "standards": ["standard", "list"],
    "a standard": ["standard", "show"],
    "the log": ["audit", "log"],
    "the log verified": ["audit", "verify"],
    "settings": ["config", "show"],
    "what serves": ["verify", "serving"],
    "doctor": ["doctor"],
    "the supervisor": ["status"],
}
LOADED: dict[str, tuple[list[str], list[str]]] = {
    "the help loads no command": (["--help"], []),
    "the help of a command loads that command": (["alerts", "list", "--help"], ["alerts"]),
    "an unknown command loads no command": (["alert"], []),
}
SLOW = ("prefect", "great_expectations", "scipy", "pandas")
LOADER = """
import atexit, json, sys
from modelward.__main__ import app
from typer.main import get_command
heavy = ("data", "duckdb", "pandas", "prefect")
def loaded():
    names = [one.rpartition(".")[2] for one in sys.modules if one.startswith("modelward.commands.")]
    print(json.dumps(names or [one for one in heavy if one in sys.modules]))
atexit.register(loaded)
get_command(app).main(ARGUMENTS)
"""
READER = f"""
import json, sys
from typer.testing import CliRunner
from modelward.__main__ import app
for name, command in json.load(sys.stdin).items():
    json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    print(name, [slow for slow in {SLOW} if slow in sys.modules])
"""


def called(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    environment = {**os.environ, "MODELWARD_HOME": str(home), "COLUMNS": "80", **more}
    command = [sys.executable, "-m", "modelward", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_prints_its_help(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


@pytest.mark.parametrize("group", ["approvals", "audit", "verify"])
def test_a_paragraph_of_the_help_is_printed_as_one(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    for command in import_module(f"modelward.commands.{group}").app.registered_commands:
        printed = CliRunner().invoke(app, [group, str(command.name), "--help"]).output.replace("`", "")
        for paragraph in str(inspect.getdoc(command.callback)).replace("`", "").split("\n\n"):
            assert " ".join(paragraph.split()) in printed


def test_every_command_is_in_the_list_of_this_test() -> None:
    names = {one.name for one in app.registered_commands}
    assert names == {command[0] for command in COMMANDS}


def help_line(name: str) -> str:
    """Return the first paragraph of a command's help text, from its module."""
    module = import_module(f"modelward.commands.{name}")
    text = module.app.info.help if hasattr(module, "app") else inspect.getdoc(getattr(module, name))
    return str(text).partition("\n\n")[0].replace("\n", " ")


def test_the_help_line_of_each_command_is_that_of_its_module() -> None:
    shown = {name: line for lines in LINES.values() for name, line in lines.items()}
    assert shown == {name: help_line(name) for name in shown}


def test_every_command_file_is_in_the_help() -> None:
    files = {file.stem for file in Path(modelward.__file__).parent.joinpath("commands").glob("[a-z]*.py")}
    assert files == {name for lines in LINES.values() for name in lines}


@pytest.mark.parametrize("arguments,loaded", LOADED.values(), ids=LOADED)
def test_only_the_called_command_is_loaded(arguments: list[str], loaded: list[str]) -> None:
    script = LOADER.replace("ARGUMENTS", repr(arguments))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout.splitlines()[-1]) == loaded, done.stderr


def test_a_reading_command_loads_neither_prefect_nor_pandas(world: World) -> None:
    deployed(world)
    environment = {**os.environ, "MODELWARD_HOME": str(world.home.root)}
    done = subprocess.run(
        [sys.executable, "-c", READER], input=json.dumps(READING), capture_output=True, text=True, env=environment,
        check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [f"{name} []" for name in READING], done.stderr


def test_every_line_fits_eighty_columns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed(world)
    monkeypatch.setenv("COLUMNS", "80")
    shown = {name: CliRunner().invoke(app, command).stdout.splitlines() for name, command in READING.items()}
    sentences = ("→", "digest", "built-in standards")
    assert {
        name: line
        for name, lines in shown.items()
        for line in lines
        if len(line) > 80 and not line.startswith(sentences)
    } == {}


def test_output_has_no_colour_with_no_color_set_and_in_a_pipe(world: World) -> None:
    deployed(world)
    for more in ({"NO_COLOR": "1", "FORCE_COLOR": ""}, {}):
        assert "\x1b[3" not in called("inventory", home=world.home.root, **more).stdout


def test_the_version_is_printed(cli: Cli) -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        known = version("modelward")
    except PackageNotFoundError:
        pytest.skip("modelward is not installed here")
    assert cli("--version").out.strip() == known


def test_a_wrong_option_or_command_exits_with_2(cli: Cli) -> None:
    assert cli("inventory", "--no-such-option").code == 2
    assert cli("no-such-command").code == 2


def test_a_command_in_an_empty_home_names_people_add(home: Path) -> None:
    done = called("inventory", home=home)
    assert done.returncode == 3
    assert done.stderr.splitlines()[0].startswith("error: there is no registry at")
    assert "run `modelward people add` to create one" in done.stderr
    shown = json.loads(called("inventory", "--json", home=home).stdout)
    assert set(shown) == {"error", "remedy", "code"}
    assert shown["code"] == "missing registry"
