"""The doctor: each thing that can be wrong is named with its remedy, and the settings with their source."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.modelward.conftest import Cli, Said
from tests.operations import begin_deploy
from tests.world import World


def states(said: Said) -> dict[str, str]:
    return {one["name"]: one["state"] for one in said.json}


def test_a_sound_home_is_well_but_for_what_a_person_must_do(world: World, cli: Cli) -> None:
    result = cli("doctor", "--json")
    found = states(result)
    assert result.code == 0
    assert {found[name] for name in ("home", "key modes", "registry", "journal", "clock", "operations")} == {"ok"}
    assert (found["recovery key"], found["anchors"]) == ("warn", "warn")
    assert "move it to an offline medium" in cli("doctor").out


def test_an_empty_home_is_no_failure(home: Path, cli: Cli) -> None:
    result = cli("doctor", "--json")
    assert (result.code, states(result)["registry"]) == (0, "warn")


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


AILMENTS = {
    "keys that others can read": (open_keys, "key modes", "fail"),
    "a lost registry with its journal": (lose_registry, "registry", "fail"),
    "lost anchors": (lose_anchors, "anchors", "fail"),
    "a lost signing key": (lose_key, "signing key", "fail"),
    "a journal that lags behind": (cut_journal, "journal", "warn"),
    "a journal ahead of the registry": (add_to_journal, "journal", "fail"),
    "a file that is no registry": (garble_registry, "store", "fail"),
}


@pytest.mark.parametrize(("spoil", "name", "state"), AILMENTS.values(), ids=AILMENTS)
def test_it_finds(world: World, cli: Cli, spoil: object, name: str, state: str) -> None:
    assert callable(spoil)
    spoil(world)
    result = cli("doctor", "--json")
    (check,) = [one for one in result.json if one["name"] == name]
    assert (check["state"], result.code) == (state, 1 if state == "fail" else 0)
    assert check["remedy"]


def test_an_operation_under_way_is_named(world: World, cli: Cli) -> None:
    begin_deploy(world, world.approved())
    (check,) = [one for one in cli("doctor", "--json").json if one["name"] == "operations"]
    assert (check["state"], check["said"]) == ("warn", "under way: deploy of ops/delay")


class Prefect(BaseHTTPRequestHandler):
    """What a Prefect server answers to the doctor."""

    told = version("prefect")
    health = 200

    def do_GET(self) -> None:
        body = b"true" if self.path == "/api/health" else f'"{self.told}"'.encode()
        self.send_response(self.health if self.path == "/api/health" else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Prefect]]:
    class Answering(Prefect):
        """One server's answers."""

    with HTTPServer(("127.0.0.1", 0), Answering) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{listening.server_port}/api")
        yield Answering
        listening.shutdown()
        thread.join()


SERVERS = {
    "one that is well": ({}, "ok"),
    "one that is ill": ({"health": 503}, "fail"),
    "one of another version": ({"told": "2.20.0"}, "warn"),
}


@pytest.mark.parametrize(("answers", "state"), SERVERS.values(), ids=SERVERS)
def test_a_prefect_server(
    world: World, cli: Cli, server: type[Prefect], answers: dict[str, object], state: str
) -> None:
    for name, value in answers.items():
        setattr(server, name, value)
    assert states(cli("doctor", "--json"))["Prefect"] == state


def test_a_prefect_server_that_is_not_there(world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    assert states(cli("doctor", "--json"))["Prefect"] == "fail"


def test_each_setting_says_where_it_came_from(home: Path, cli: Cli) -> None:
    shown = {one["name"]: one for one in cli("config", "show", "--json").json}
    assert (shown["home"]["value"], shown["home"]["source"]) == (str(home), "environment MODELWARD_HOME")
    assert shown["lock_wait_seconds"]["source"] == "default"
    assert str(home) in cli("config", "show").out
