"""Simultaneous commands: threads and processes wait for each other, and of many rival votes exactly one is recorded."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from data.errors import (
    MissingRegistryError,
    NestedTransactionError,
    NotFoundError,
    RefusedError,
    StoreLockedError,
)
from data.records.approval import ApprovalRequest, RequiredRole, Vote
from data.records.person import Actor, Person, Role
from data.records.run_context import RunContext
from data.registry.command import Proof
from data.registry.commands.approval import Decide
from data.registry.commands.person import GrantRole
from data.registry.registry import Registry
from tests.empty_registry import addition, replay
from tests.replay import Replay
from tests.world import World

__all__ = ["replay"]

ROOT = Path(__file__).parents[3]
ANA = Actor(id="ana")


def test_a_lost_database_is_an_error(replay: Replay) -> None:
    replay.home.database.unlink()
    with pytest.raises(MissingRegistryError, match="there is no registry"):
        replay.do(addition())


def test_a_command_inside_a_snapshot_is_refused_at_once(replay: Replay) -> None:
    with replay.registry.reading() as state, pytest.raises(NestedTransactionError):
        replay.do(addition())
    with pytest.raises(NotFoundError), replay.registry.reading() as state:
        state.need(Person, "people/one")


HOLD = """
import sys, time
from pathlib import Path
from data.files.home import Home
from data.registry.registry import Registry
with Registry(Home(Path(sys.argv[1]))).store.transaction():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_error_names_the_process_that_holds_the_lock(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWARD_LOCK_WAIT_SECONDS", "0.2")
    command = [sys.executable, "-c", HOLD, str(replay.home.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        try:
            for act in (
                lambda: Registry(replay.home).execute(addition(), RunContext(ANA)),
                lambda: read(Registry(replay.home)),
            ):
                with pytest.raises(StoreLockedError, match=f"held by process {holder.pid}"):
                    act()
        finally:
            holder.kill()
    Registry(replay.home).execute(addition(), RunContext(ANA))


def read(registry: Registry) -> None:
    with registry.reading():
        pass


VOTERS = ("alma", "axel", "rita", "otto", "vera", "ada", "adam", "outsider")


@pytest.fixture
def contested(world: World) -> tuple[World, ApprovalRequest]:
    """A request that needs one approval, and eight people who may give it."""
    with world.registry.store.session():
        request = world.requested(required=(RequiredRole(role=Role.APPROVER),))
        for person in VOTERS:
            if person not in ("alma", "axel"):
                granted_by = "ada" if person == "adam" else "adam"
                world.do(GrantRole(person=person, role=Role.APPROVER, proof=world.proof(granted_by)))
    return world, request


def check_settled_once(world: World, request: ApprovalRequest) -> None:
    assert len(world.find(Vote, request=request.key)) == 1
    assert world.get(ApprovalRequest, request.key).state == "approved"
    moves = [row for event in world.events() for row in event["rows"] if row["table"] == "version"
             and row["values"]["review_state"] == "approved"]  # fmt: skip
    assert len(moves) == 1, "exactly one transition"
    assert [event["seq"] for event in world.events()] == list(range(len(world.events())))


def decisions(world: World, request: ApprovalRequest) -> list[Decide]:
    """Return an approving vote of every voter, each with a code of the present time."""
    world.move(minutes=1)
    codes = {person: world.phone(person).at(world.now) for person in VOTERS}
    return [world.decision(request, who, proof=Proof(person=who, code=code)) for who, code in codes.items()]


def test_of_sixteen_votes_by_threads_one_is_recorded(contested: tuple[World, ApprovalRequest]) -> None:
    world, request = contested
    start = threading.Barrier(16)

    def race(command: Decide) -> str:
        start.wait()
        try:
            world.do(command, by=command.proof.person, run_id=request.run_id)
        except RefusedError as refusal:
            return refusal.code
        return "won"

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(race, decisions(world, request) * 2))
    assert sorted(results) == ["request closed"] * 15 + ["won"]
    check_settled_once(world, request)


RACE = """
import sys, time
from datetime import datetime
from pathlib import Path
from data.registry.commands.approval import Decide
from data.errors import RefusedError
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.registry import Registry
root, now, start = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), Path(sys.argv[3])
command = Decide.model_validate_json(sys.stdin.read())
registry = Registry(Home(root))
print("ready", flush=True)
while not start.exists():
    time.sleep(0.01)
try:
    registry.execute(command, RunContext(Actor(id=command.proof.person), now, command.run_id))
    print("won")
except RefusedError as refusal:
    print(refusal.code)
"""


@pytest.mark.long
def test_of_eight_votes_by_processes_one_is_recorded(contested: tuple[World, ApprovalRequest], tmp_path: Path) -> None:
    world, request = contested
    commands, gun = decisions(world, request), tmp_path / "start"
    with ExitStack() as stack:
        runners = [stack.enter_context(runner(world, gun, command)) for command in commands]
        assert [line_of(one) for one in runners] == ["ready"] * len(VOTERS)
        gun.touch()
        assert sorted(line_of(one) for one in runners) == ["request closed"] * 7 + ["won"]
    assert [one.returncode for one in runners] == [0] * len(VOTERS)
    check_settled_once(world, request)


def runner(world: World, gun: Path, command: Decide) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", RACE, str(world.home.root), world.now.isoformat(), str(gun)]
    pipe = subprocess.PIPE
    started = subprocess.Popen(arguments, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert started.stdin is not None
    started.stdin.write(command.model_dump_json())
    started.stdin.close()
    return started


def line_of(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline().strip()
