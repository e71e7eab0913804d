"""Kill a writer at random moments: no acknowledged event is lost, and no change is left incomplete.

SOAK_SECONDS is the duration (default 600), SOAK_SEED chooses the moments (default 1). `-rP` prints the summary.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.audit.verifier import verify
from data.files.home import Home
from data.registry.registry import Registry
from tests.replay import Replay
from tests.world import FOUNDED_AT

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
LONGEST_LIFE_SECONDS = 3.0
WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.person import AddPerson
from data.registry.registry import Registry
registry, first = Registry(Home(Path(sys.argv[1]))), int(sys.argv[3])
context = RunContext(Actor(id="ana"), datetime.fromisoformat(sys.argv[2]))
for number in range(first, first + 1000):
    receipt = registry.execute(AddPerson(person=f"p{number}", printed_name="P"), context)
    print(receipt.seq, flush=True)
"""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(SECONDS + 600), pytest.mark.closed_registry]


def killed_writer(home: Home, first: int, life_seconds: float) -> list[int]:
    """Run a writer, kill it at a random moment, and return the events that it acknowledged before."""
    command = [sys.executable, "-c", WRITER, str(home.root), FOUNDED_AT.isoformat(), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline())]  # it has begun
        time.sleep(life_seconds)
        writer.kill()
        lines = writer.stdout.read().split("\n")
    return acknowledged + [int(line) for line in lines[:-1]]


def test_no_acknowledged_event_is_lost_and_no_change_is_incomplete(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    Registry(home).create(clock="replay")
    replay, moments = Replay(home.root, FOUNDED_AT), random.Random(SEED)
    kills, acknowledged, deadline = 0, 0, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        seen = killed_writer(home, kills * 1000, moments.uniform(0.0, LONGEST_LIFE_SECONDS))
        kills, acknowledged = kills + 1, acknowledged + len(seen)
        replay.registry.checkpoint()
        report = verify(home.database, home.journal, [("local", home.anchor)], home.artifacts, deep=True)
        assert report.ok, report
        assert set(seen) <= {event["seq"] for event in replay.events()}, f"kill {kills} of seed {SEED}"
    print(f"{kills} kills, {acknowledged:,} acknowledged events, seed {SEED}: none lost")
    assert kills > 0
