"""A locked or newer registry, invalid settings and invalid standards: the errors of the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gates.standard import baseline_text
from tests.atomicity_checks import check_atomicity, has_one_error
from tests.modelward.conftest import Cli
from tests.world import World

pytestmark = pytest.mark.usefixtures("prefect_server")

COMMANDS = {
    "lists the inventory": ("inventory",),
    "adds a person": ("people", "add", "nia", "--name", "Nia", "--by", "adam", "--code-from-stdin"),
    "registers a version": ("register", "{folder}", "--by", "dev"),
    "monitors": ("monitor",),
}
HOLD = """
from data.registry.registry import Registry
with Registry.here().store.session():
    print("held", flush=True)
    input()
"""


@pytest.fixture
def holder(world: World) -> Iterator[int]:
    """The id of another process, which holds the lock of the registry."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD], **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.communicate("\n", timeout=30)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_on_a_locked_registry_fails_and_names_the_process(
    holder: int, cli: Cli, folder: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELWARD_LOCK_WAIT_SECONDS", "0.1")
    result = cli(*(part.format(folder=folder) for part in command), typed="123456\n")
    has_one_error(result, 3, f"the registry is held by process {holder}", "wait for the named process to end")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_on_a_registry_of_a_later_version_fails_without_a_change(
    world: World, cli: Cli, folder: Path, command: tuple[str, ...]
) -> None:
    with check_atomicity(world, cli):
        change_schema(world, "INSERT INTO schema_version VALUES (99, 'later')")
        result = cli(*(part.format(folder=folder) for part in command), typed="123456\n")
        change_schema(world, "DELETE FROM schema_version WHERE version = 99")
        has_one_error(result, 3, "registry.duckdb has schema 99", "install the modelward version that wrote it")


def change_schema(world: World, sql: str) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute(sql)


SETTINGS: Mapping[str, tuple[bytes, str, str]] = {
    "broken TOML": (b"home = ", "modelward.toml cannot be read", "write it as TOML"),
    "not UTF-8": (b"\xff", "modelward.toml cannot be read", "write it as TOML"),
    "an unknown setting": (b'hom = "x"\n', "modelward.toml sets hom", "known settings are home"),
    "a list for a text": (b'home = ["x"]\n', "modelward.toml sets home to ['x']", "write a text or a number"),
    "a wait that is not a number": (b"lock_wait_seconds = nan\n", "lock_wait_seconds is 'nan'", "between 0 and 3600"),
    "an anchor without a kind": (b'anchors = "x"\n', "anchors contains 'x'", "`local:` or `off-host:`"),
}


@pytest.mark.parametrize(("content", "what", "remedy"), SETTINGS.values(), ids=SETTINGS)
def test_an_invalid_settings_file_is_refused_with_a_remedy(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch, content: bytes, what: str, remedy: str
) -> None:
    file = world.home.root.parent / "modelward.toml"
    with check_atomicity(world, cli):
        with monkeypatch.context() as here:
            here.chdir(file.parent)
            file.write_bytes(content)
            has_one_error(cli("inventory"), 2, what, remedy)
            has_one_error(cli("people", "add", "nia", "--name", "Nia"), 2, what, remedy)
        file.unlink()


STANDARDS: Mapping[str, tuple[bytes, str, str]] = {
    "broken YAML": (b"id: [x\n", "s.yaml:2: not YAML", "correct the quotes, colons or indentation"),
    "not UTF-8": (b"\xff", "s.yaml:1: not UTF-8", "save the file as UTF-8"),
    "an empty file": (b"", "s.yaml:1: the document has no `name: value`", "write one field on each line"),
    "an unknown gate": (
        baseline_text().replace("gate: documentation", "gate: astrology", 1).encode(),
        "there is no gate 'astrology'",
        "correct these faults in s.yaml",
    ),
}


@pytest.mark.parametrize(("content", "what", "remedy"), STANDARDS.values(), ids=STANDARDS)
def test_an_invalid_standard_is_refused_with_a_remedy(
    tmp_path: Path, cli: Cli, content: bytes, what: str, remedy: str
) -> None:
    (tmp_path / "s.yaml").write_bytes(content)
    has_one_error(cli("standard", "check", tmp_path / "s.yaml"), 2, what, remedy)
