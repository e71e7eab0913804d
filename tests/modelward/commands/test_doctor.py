"""`modelward doctor` reports each fault with its remedy; `modelward config show` each setting with its source."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from data.registry.commands.log import AdoptStandard
from tests.modelward.conftest import Cli, CliResult
from tests.operations import begin_deploy
from tests.world import World


def states(result: CliResult) -> dict[str, str]:
    return {one["name"]: one["state"] for one in result.json}


def test_a_new_home_has_only_warnings_about_the_recovery_key_and_the_anchors(world: World, cli: Cli) -> None:
    result = cli("doctor", "--json")
    found = states(result)
    assert result.code == 0
    assert {found[name] for name in ("home", "key modes", "registry", "journal", "clock", "operations")} == {"ok"}
    assert (found["recovery key"], found["anchors"]) == ("warn", "warn")
    assert "move it to an offline medium" in cli("doctor").out


def test_an_earlier_version_of_a_built_in_standard_is_a_warning_that_says_how_to_adopt_the_present_one(
    world: World, cli: Cli
) -> None:
    (found,) = [one for one in cli("doctor", "--json").json if one["name"] == "standards"]
    assert (found["state"], found["said"].startswith("baseline 1 is in force; ")) == ("warn", True)
    assert "`modelward standard adopt baseline --by ADMINISTRATOR`" in found["remedy"]
    command = AdoptStandard(
        standard="baseline", version=9, title="Ours", digest=world.artifacts.put(b"version: 9"), controls=1,
        proof=world.proof("adam"),
    )  # fmt: skip
    world.do(command, by="adam")
    assert states(cli("doctor", "--json"))["standards"] == "ok"


def test_an_empty_home_is_only_a_warning(home: Path, cli: Cli) -> None:
    result = cli("doctor", "--json")
    assert (result.code, states(result)["registry"]) == (0, "warn")


def test_a_file_that_other_users_could_read_is_a_warning_with_the_command_that_restricts_it(
    world: World, cli: Cli
) -> None:
    world.home.journal.chmod(0o644)
    (found,) = [one for one in cli("doctor", "--json").json if one["name"] == "file modes"]
    assert (found["state"], str(world.home.journal) in found["said"]) == ("warn", True)
    assert found["remedy"] == f"run `chmod -R go= {world.home.journal.parent}`"


def open_keys(world: World) -> None:
    (world.home.keys / "log.key").chmod(0o644)


def lose_registry(world: World) -> None:
    world.home.database.unlink()


def lose_anchors(world: World) -> None:
    world.home.anchor.unlink()


def lose_key(world: World) -> None:
    (world.home.keys / "log.key").unlink()


def cut_journal(world: World) -> None:
    lines = world.home.journal.read_bytes().splitlines(keepends=True)
    world.home.journal.write_bytes(b"".join(lines[:-2]))


def add_to_journal(world: World) -> None:
    lines = world.home.journal.read_bytes().splitlines(keepends=True)
    world.home.journal.write_bytes(b"".join([*lines, lines[-1].replace(b'"seq":52', b'"seq":99')]))


def garble_registry(world: World) -> None:
    world.home.database.write_bytes(b"not a database")


FAULTS = {
    "keys that other users can read": (open_keys, "key modes", "fail"),
    "a lost registry with its journal": (lose_registry, "registry", "fail"),
    "lost anchors": (lose_anchors, "anchors", "fail"),
    "a lost signing key": (lose_key, "signing key", "fail"),
    "a journal that lags behind": (cut_journal, "journal", "warn"),
    "a journal ahead of the registry": (add_to_journal, "journal", "fail"),
    "a file that is not a registry": (garble_registry, "store", "fail"),
}


@pytest.mark.parametrize(("spoil", "name", "state"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_with_its_remedy(world: World, cli: Cli, spoil: object, name: str, state: str) -> None:
    assert callable(spoil)
    spoil(world)
    result = cli("doctor", "--json")
    (check,) = [one for one in result.json if one["name"] == name]
    assert (check["state"], result.code) == (state, 1 if state == "fail" else 0)
    assert check["remedy"]


def test_an_operation_in_progress_is_a_warning(world: World, cli: Cli) -> None:
    begin_deploy(world, world.approved())
    (check,) = [one for one in cli("doctor", "--json").json if one["name"] == "operations"]
    assert (check["state"], check["said"]) == ("warn", "in progress: deploy of ops/delay")


class Prefect(BaseHTTPRequestHandler):
    """A Prefect server that answers the requests of the doctor."""

    prefect_version = version("prefect")
    health = 200

    def do_GET(self) -> None:
        body = b"true" if self.path == "/api/health" else f'"{self.prefect_version}"'.encode()
        self.send_response(self.health if self.path == "/api/health" else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Prefect]]:
    class Answering(Prefect):
        """The answers of one server, which a test may change."""

    with HTTPServer(("127.0.0.1", 0), Answering) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{listening.server_port}/api")
        yield Answering
        listening.shutdown()
        thread.join()


SERVERS = {
    "a healthy server": ({}, "ok"),
    "a server with an error": ({"health": 503}, "fail"),
    "a server of another version": ({"prefect_version": "2.20.0"}, "warn"),
}


@pytest.mark.parametrize(("answers", "state"), SERVERS.values(), ids=SERVERS)
def test_the_state_of_a_prefect_server_is_reported(
    world: World, cli: Cli, server: type[Prefect], answers: dict[str, object], state: str
) -> None:
    for name, value in answers.items():
        setattr(server, name, value)
    assert states(cli("doctor", "--json"))["Prefect"] == state


def test_a_prefect_server_on_this_machine_is_asked_without_the_proxy(
    world: World, cli: Cli, server: type[Prefect], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert states(cli("doctor", "--json"))["Prefect"] == "ok"


def test_a_prefect_server_that_does_not_answer_is_a_failure(
    world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert states(cli("doctor", "--json"))["Prefect"] == "fail"


def test_each_setting_is_shown_with_its_source(home: Path, cli: Cli) -> None:
    shown = {one["name"]: one for one in cli("config", "show", "--json").json}
    assert (shown["home"]["value"], shown["home"]["source"]) == (str(home), "environment MODELWARD_HOME")
    assert shown["lock_wait_seconds"]["source"] == "default"
    assert str(home) in cli("config", "show").out
