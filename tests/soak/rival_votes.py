"""Sixteen processes vote at the same moment on one request: exactly one transition, and the registry verifies.

A part (one seed) runs one race of each kind in one home: four people vote four times each, eight people twice each,
some with a wrong code, or some reject while others approve. (A person who tries more often at once is locked out.)
"""

from __future__ import annotations

import random
import shutil
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from data.errors import ModelwardError
from data.queries.verification import verify_registry
from data.records.approval import ApprovalRequest, RequiredRole, Vote
from data.records.person import Actor, Role
from data.records.run_context import RunContext
from data.registry.command import Proof
from data.registry.commands.approval import Decide
from data.registry.commands.person import GrantRole
from tests.exports import store_documents
from tests.soak.attack_runs import PartResult
from tests.soak.killed_writers import PROCESSES
from tests.world import Template, World

RIVALS = 16
DECIDED = ("approval.decided", "version.rejected")
VOTERS = ("alma", "axel", "rita", "otto", "vera", "ada", "adam", "outsider")
FOUR = VOTERS[:4]
KINDS = {
    "four people, four times each": (FOUR, ("approve",), False),
    "eight people, twice each": (VOTERS, ("approve",), False),
    "eight people, wrong codes among them": (VOTERS, ("approve",), True),
    "approvals against rejections": (VOTERS, ("approve", "reject"), False),
}
"""For each kind who votes, what they decide in turn, and whether the first vote of each has a wrong code."""


def vote(root: Path, now: datetime, command: Decide, start: Barrier) -> None:
    """Give one vote as soon as every rival is ready; a refusal is an ordinary outcome."""
    world = World(root, now)
    start.wait()
    try:
        world.registry.execute(command, RunContext(Actor(id=command.proof.person), now, command.run_id))
    except ModelwardError:
        return


def votes(world: World, request: ApprovalRequest, kind: str) -> list[Decide]:
    """Return the votes of all rivals, each with a code of the present time."""
    people, decisions, has_wrong_codes = KINDS[kind]
    world.move(minutes=20)  # failed attempts of an earlier race count no longer
    found = []
    for number in range(RIVALS):
        turn, who = divmod(number, len(people))
        code = world.phone(people[who]).at(world.now)
        if has_wrong_codes and turn == 0:
            code = code[:-1] + str((int(code[-1]) + 5) % 10)
        decision = decisions[(turn + who) % len(decisions)]
        found.append(world.decision(request, people[who], decision, proof=Proof(person=people[who], code=code)))
    return found


def race(world: World, kind: str) -> str:
    """Run one race; return what is wrong after it, empty if nothing is."""
    with world.registry.session():
        request = world.requested(world.validated(world.version()), required=(RequiredRole(role=Role.APPROVER),))
    commands = votes(world, request, kind)
    start = PROCESSES.Barrier(RIVALS)
    rivals = [PROCESSES.Process(target=vote, args=(world.home.root, world.now, one, start)) for one in commands]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    ended = [rival.exitcode for rival in rivals if rival.exitcode]
    return f"exit codes {ended}" if ended else fault_after(world, request)


def fault_after(world: World, request: ApprovalRequest) -> str:
    """Return what is wrong after a race; empty if one vote was recorded, one transition made, and all verifies."""
    recorded, state = world.find(Vote, request=request.key), world.get(ApprovalRequest, request.key).state
    moves = [
        row["values"]["review_state"]
        for event in world.events()
        for row in event["rows"]
        if row["table"] == "version" and row["key"] == request.subject and event["type"] in DECIDED
    ]
    if len(recorded) != 1 or len(moves) != 1 or state not in ("approved", "rejected"):
        return f"{len(recorded)} votes, transitions {moves}, the request is {state}"
    report = verify_registry(world.registry, deep=True)
    return "" if report.ok else f"it does not verify: {report.findings[:3]}"


def run_part(seed: int, template: Template, folder: Path) -> list[PartResult]:
    """Run one race of each kind in one home, in an order that the seed chooses; return how each ended."""
    shutil.copytree(template.root, folder)
    world, results = World(folder, template.now), []
    store_documents(world)
    with world.registry.session():
        for person in VOTERS[2:]:
            granted_by = "ada" if person == "adam" else "adam"
            world.do(GrantRole(person=person, role=Role.APPROVER, proof=world.proof(granted_by)), by=granted_by)
    for kind in random.Random(seed).sample(sorted(KINDS), len(KINDS)):
        fault = race(world, kind)
        results.append(PartResult(kind, 1, 0 if fault else 1, (f"{kind}, seed {seed}: {fault}",) if fault else ()))
    shutil.rmtree(folder)
    return results
