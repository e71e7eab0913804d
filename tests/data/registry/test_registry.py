"""The registry: every write is one event, journalled and anchored; refusals are recorded."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import data.registry.audit_log
from data.audit.anchors.file_anchor import FileAnchor
from data.audit.body import leaf_hash
from data.errors import (
    ConfigurationError,
    ConflictError,
    InputError,
    RefusedError,
)
from data.files.home import Home
from data.records.person import Actor, Person
from data.records.run_context import RunContext
from data.records.version import Metric, Version
from data.registry.command import Command
from data.registry.command_batch import LONGEST
from data.registry.commands.approval import WithdrawRequest
from data.registry.commands.log import RecordRefusal
from data.registry.commands.person import AddPerson
from data.registry.commands.version import RegisterVersion, RevokeVersion
from data.registry.registry import Registry
from data.registry.state import State
from tests.empty_registry import addition, replay
from tests.replay import Replay
from tests.world import FOUNDED_AT, World

__all__ = ["replay"]

ANA = Actor(id="ana")


@pytest.fixture
def wall(tmp_path: Path) -> Registry:
    """A new registry with the clock `wall`."""
    registry = Registry(Home(tmp_path / "wall"))
    registry.create()
    return registry


def bodies(registry: Registry) -> list[dict[str, object]]:
    return [json.loads(body) for body in registry.journal.bodies()]


def test_a_new_registry_has_genesis_two_private_keys_and_an_anchor(wall: Registry) -> None:
    (genesis,) = bodies(wall)
    assert (genesis["type"], genesis["seq"], genesis["prev"]) == ("log.created", 0, "0" * 64)
    data = genesis["data"]
    assert isinstance(data, dict)
    assert (data["clock"], len(data["log_id"]), data["vkey"] != data["recovery_vkey"]) == ("wall", 32, True)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in wall.home.keys.glob("*.key")}
    assert modes == {0o600}
    assert len(FileAnchor(wall.home.anchor).notes()) == 1


def test_a_registry_is_not_created_twice(wall: Registry) -> None:
    with pytest.raises(InputError, match="contains a registry"):
        wall.create()


def test_a_registry_is_not_created_beside_the_journal_of_a_lost_one(wall: Registry) -> None:
    wall.home.database.unlink()
    with pytest.raises(InputError, match="or the journal of one"):
        Registry(wall.home).create()


def test_a_creation_that_crashed_before_genesis_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(Home(tmp_path))
    with monkeypatch.context() as crash:
        crash.setattr(Registry, "execute", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            registry.create()
    Registry(Home(tmp_path)).create()
    assert [body["type"] for body in bodies(registry)] == ["log.created"]


def test_the_registry_here_is_in_the_home_of_the_settings(home: Path) -> None:
    assert Registry.here().home.root == home


# -- its clock


def test_only_a_replay_registry_accepts_a_business_time(wall: Registry, replay: Replay) -> None:
    with pytest.raises(ConfigurationError, match="uses the current time"):
        wall.execute(addition(), RunContext(ANA, FOUNDED_AT))
    assert replay.do(addition()).effective_at == FOUNDED_AT
    assert bodies(wall)[-1]["type"] == "command.refused", "the attempt is on record, at its own time"


def test_with_the_wall_clock_both_times_are_equal(wall: Registry) -> None:
    wall.execute(addition(), RunContext(ANA))
    assert all(body["effective_at"] == body["recorded_at"] for body in bodies(wall))


def test_a_replay_registry_records_both_times(replay: Replay) -> None:
    before = datetime.now(UTC)
    replay.do(addition())
    event = replay.events()[-1]
    assert event["effective_at"] == "2013-03-01T09:00:00.000000Z"
    assert datetime.fromisoformat(event["recorded_at"]) >= before


def test_a_time_without_zone_is_refused(replay: Replay) -> None:
    replay.now = datetime(2013, 3, 1)  # noqa: DTZ001
    with pytest.raises(InputError, match="no time zone"):
        replay.do(addition())


def test_recorded_times_never_decrease(wall: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(data.registry.audit_log, "datetime", Yesterday)
    wall.execute(addition(), RunContext(ANA))
    first, second = bodies(wall)
    assert second["recorded_at"] == first["recorded_at"]


# -- what a command leaves


def test_a_receipt_contains_the_event_and_the_rows(replay: Replay) -> None:
    receipt = replay.do(addition(), by="ana", run_id="run-7")
    event = replay.events()[receipt.seq]
    assert (event["id"], event["type"], event["subject"]) == (receipt.id, receipt.type, receipt.subject)
    assert event["actor"] == {"id": "ana", "auth": "os-user"}
    assert event["refs"] == {"run": "run-7"}
    assert [row["key"] for row in event["rows"]] == [row.key for row in receipt.rows]
    assert replay.get(Person, "people/one") == receipt.rows[0]


def test_every_event_is_in_the_hash_chain(world: World) -> None:
    lines = list(world.registry.journal.bodies())
    links = [json.loads(line)["prev"] for line in lines[1:]]
    assert links == [leaf_hash(line).hex() for line in lines[:-1]]
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(lines)))


def not_there(_: Replay) -> Command:
    return WithdrawRequest(key="models/a/b/versions/1/requests/1", reason="x")


def long_name(_: Replay) -> Command:
    return RevokeVersion(version="v" * 10_000, reason="x")


def bad_name(_: Replay) -> Command:
    return AddPerson(person="x\ny\x00'", printed_name="X")


ATTEMPTS: dict[str, Callable[[Replay], Command]] = {
    "a missing object": not_there,
    "a key of ten thousand letters": long_name,
    "a name of line breaks and quotes": bad_name,
}


@pytest.mark.parametrize("make", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_refusal_is_one_event_and_no_row(make: Callable[[Replay], Command], replay: Replay) -> None:
    command = make(replay)
    with pytest.raises((RefusedError, InputError)) as refused:
        replay.do(command)
    last = replay.events()[-1]
    assert (last["type"], last["rows"], last["data"]["attempted"]) == ("command.refused", [], command.name)
    assert last["data"]["code"] == refused.value.code
    assert max(len(last["subject"]), len(last["data"]["reason"])) <= LONGEST


def test_a_command_that_cannot_be_written_to_the_log_leaves_no_row(world: World) -> None:
    version = world.version()
    with pytest.raises(InputError, match="cannot be written to the audit log"):
        world.measured(version, auc=float("nan"))
    assert world.events()[-1]["type"] == "command.refused"
    assert world.find(Metric) == []


def test_a_conflict_is_refused_and_recorded(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise ConflictError("one was changed by another command in the meantime")

    with monkeypatch.context() as race:
        race.setattr(State, "apply", lost)
        with pytest.raises(ConflictError):
            replay.do(addition())
    assert replay.events()[-1]["data"]["code"] == "conflict"


def test_a_refusal_can_be_recorded_by_itself(replay: Replay) -> None:
    replay.do(RecordRefusal(about="models/a/b", attempted="deploy", code="publish", reason="disk full"))
    assert replay.events()[-1]["subject"] == "models/a/b"


def test_a_repeated_command_returns_the_receipt_of_the_first(world: World) -> None:
    version = world.version()
    first = world.events("version.registered")[0]
    receipt = world.do(_same_again(world, version))
    assert (receipt.seq, receipt.id, receipt.rows) == (first["seq"], first["id"], (world.get(Version, version),))
    assert world.events()[-1] == first


def _same_again(world: World, version: str) -> Command:
    row = world.get(Version, version)
    fields = row.model_dump(include=set(RegisterVersion.model_fields))
    return RegisterVersion.model_validate({**fields, "datasets": (), "sections": ()})


def test_secrets_are_in_neither_event_nor_row(world: World) -> None:
    version = world.version(configuration={"db_password": "hunter2", "note": "AKIAABCDEFGHIJKLMNOP"})
    row = world.get(Version, version)
    assert row.configuration == {"db_password": "[redacted]", "note": "[redacted]"}
    assert "hunter2" not in world.home.journal.read_text()


def test_the_registry_file_exists(world: World, tmp_path: Path) -> None:
    assert world.registry.exists
    assert not Registry(Home(tmp_path / "nowhere")).exists


def test_the_wait_for_the_lock_can_be_shortened_but_not_lengthened(world: World) -> None:
    usual = Registry.here().store.wait_seconds
    assert Registry.here(longest_wait=0.5).store.wait_seconds == 0.5
    assert Registry.here(longest_wait=usual + 1).store.wait_seconds == usual


def test_a_session_keeps_the_file_open_for_many_commands(world: World) -> None:
    with world.registry.session():
        world.model()
        size = world.registry.head().size
    assert world.registry.head().size == size


def test_a_write_keeps_the_home_out_of_git(wall: Registry) -> None:
    ignored = wall.home.root / ".gitignore"
    assert ignored.read_text().endswith("\n*\n")
    ignored.unlink()
    wall.execute(addition(), RunContext(ANA))
    assert ignored.exists(), "a home of an earlier version gets it too"
