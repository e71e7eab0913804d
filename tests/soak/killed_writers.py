"""Kill a process that writes at a random moment: nothing acknowledged is lost, and the registry verifies.

A part (one seed) kills 20 writers of one home. A writer adds people, grants roles, registers versions, and votes on
requests that wait, so that the moments fall on transactions, the journal, checkpoints and anchors. After each kill the
next command must work, `verify --deep` must find nothing, and each acknowledged event must be in the log.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from data.errors import StoreError
from data.queries.verification import verify_registry
from data.records.approval import ApprovalRequest, Vote
from data.records.person import Role
from data.registry.command import Command
from data.registry.commands.person import AddPerson
from data.registry.reconstruction import rebuild_registry
from data.registry.registry import Receipt
from tests.exports import store_documents
from tests.soak.attack_runs import PartResult
from tests.world import MODEL, Template, World

KIND = "writer of people, roles, versions and votes"
REBUILT = "the same, and DuckDB refused its file: rebuilt from the journal"
KILLS = 20
MOST_ACKNOWLEDGED = 5
REQUESTS = 6
LONGEST_DELAY_SECONDS = 0.15
READY = b"ready"
PRELOADED = ["tests.soak.killed_writers", "tests.soak.rival_votes", "data.audit.verifier.verification"]
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(PRELOADED)


class AcknowledgingWorld(World):
    """A world that sends the number of each event as soon as its command was acknowledged."""

    def __init__(self, root: Path, now: datetime, sink: Connection) -> None:
        super().__init__(root, now)
        self._sink = sink

    def do(self, command: Command, by: str = "dev", run_id: str = "run-1", **extra: Any) -> Receipt:
        receipt = super().do(command, by, run_id, **extra)
        self._sink.send_bytes(str(receipt.seq).encode())
        return receipt


def write_until_killed(root: Path, now: datetime, seed: int, sink: Connection) -> None:
    """Write commands of every kind, in an order that the seed chooses, until somebody kills the process."""
    world, chosen = AcknowledgingWorld(root, now, sink), random.Random(seed)
    sink.send_bytes(READY)
    while True:
        person = f"p{chosen.getrandbits(40):010x}"
        action = chosen.choice(("person", "role", "version", "approval"))
        if action == "person":
            world.do(AddPerson(person=person, printed_name="P", proof=world.proof("adam")), by="adam")
        elif action == "role":
            world.grant(chosen.choice(("dev", "olga", "outsider")), chosen.choice((Role.OPERATOR, Role.VALIDATOR)))
        elif action == "version":
            world.assessed(world.version(f"models/ops/{person}"))
        else:
            vote_on_a_request(world)


def vote_on_a_request(world: World) -> None:
    """Vote on the oldest request that waits, with the next approver; open a new one if there is none."""
    waiting = world.find(ApprovalRequest, state="pending")
    if not waiting:
        world.requested(world.validated(world.version(MODEL)))
        return
    request = min(waiting, key=lambda one: one.key)
    voted = {one.person for one in world.find(Vote, request=request.key)}
    world.decide(request, next(person for person in ("alma", "axel") if person not in voted))


def killed_writer(world: World, seed: int) -> list[int]:
    """Start a writer, kill it at a moment that the seed chooses, and return the events that it acknowledged.

    Raises EOFError if the writer ended by itself.
    """
    chosen = random.Random(seed)
    awaited, delay_seconds = chosen.randrange(MOST_ACKNOWLEDGED), chosen.uniform(0.0, LONGEST_DELAY_SECONDS)
    source, sink = PROCESSES.Pipe(duplex=False)
    writer = PROCESSES.Process(target=write_until_killed, args=(world.home.root, world.now, seed, sink))
    writer.start()
    sink.close()
    try:
        messages = [source.recv_bytes() for _ in range(1 + awaited)]
        time.sleep(delay_seconds)
    finally:
        writer.kill()
        writer.join()
    while source.poll():
        try:
            messages.append(source.recv_bytes())
        except EOFError:
            break
    return [int(message) for message in messages if message != READY]


def fault_after(world: World, seen: list[int]) -> tuple[str, bool]:
    """Return what is wrong with the registry after a kill, empty if nothing is, and whether its file was rebuilt.

    A kill while DuckDB writes a checkpoint can leave a file that it refuses to open. Then the remedy of the error is
    followed, and nothing may be lost.
    """
    is_rebuilt = False
    try:
        world.registry.checkpoint()
    except StoreError as refused:
        if "Corrupt database file" not in refused.what:
            raise
        rebuild_registry(world.registry)
        is_rebuilt = True
    report = verify_registry(world.registry, deep=True)
    lost = set(seen) - {event["seq"] for event in world.events()}
    if lost:
        return f"acknowledged events are lost: {sorted(lost)}", is_rebuilt
    return ("" if report.ok else f"it does not verify: {report.findings[:3]}"), is_rebuilt


def run_part(seed: int, template: Template, folder: Path, kills: int = KILLS) -> list[PartResult]:
    """Kill the writers of one home, one after the other; return how many kills ended as required."""
    shutil.copytree(template.root, folder)
    world = World(folder, template.now)
    store_documents(world)
    with world.registry.session():
        for _ in range(REQUESTS):
            world.requested(world.validated(world.version()), expires_at=world.now + timedelta(days=60))
    faults: dict[str, list[str]] = {KIND: [], REBUILT: []}
    tried = {KIND: 0, REBUILT: 0}
    for number in range(kills):
        world.now = max(datetime.fromisoformat(world.events()[-1]["effective_at"]), world.now)
        world.move(minutes=1)
        fault, is_rebuilt = fault_after(world, killed_writer(world, seed * 1_000 + number))
        kind = REBUILT if is_rebuilt else KIND
        tried[kind] += 1
        if fault:
            faults[kind].append(f"kill {number} of seed {seed}: {fault}")
    shutil.rmtree(folder)
    kinds = [KIND, REBUILT] if tried[REBUILT] else [KIND]
    return [PartResult(kind, tried[kind], tried[kind] - len(faults[kind]), tuple(faults[kind])) for kind in kinds]
