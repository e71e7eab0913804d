"""Attack: a backup is taken while others write all the time, or its process is killed in between.

Result: Prevented: a backup is of one moment and verifies; the folder of a killed one never appears.
Caught in: `data/registry/snapshot.py`, `data/registry/backup.py`
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.audit.verifier.verification import verify
from data.registry.backup import backup_registry
from data.registry.registry import Registry
from tests.world import World

pytestmark = pytest.mark.closed_registry
ROOT = Path(__file__).parents[2]
BACKUPS = 4

WRITE_IN_A_LOOP = """
import sys
from pathlib import Path
from data.files.home import Home
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
registry = Registry(Home(Path(sys.argv[1])))
while True:
    command = RecordRefusal(about="models/ops/delay", attempted="deploy", code="busy", reason="a test")
    registry.execute(command, RunContext(Actor(id="adam")))
    registry.checkpoint()
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from data.files.home import Home
from data.registry import backup
from data.registry.registry import Registry
setattr(backup, sys.argv[3], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
backup.backup_registry(Registry(Home(Path(sys.argv[1]))), Path(sys.argv[2]))
"""


@contextmanager
def writing_in_a_loop(world: World) -> Iterator[None]:
    """Let another process write and sign without a pause while the block runs."""
    command = [sys.executable, "-c", WRITE_IN_A_LOOP, world.home.root]
    before = world.home.journal.stat().st_size
    with subprocess.Popen(command, cwd=ROOT) as writer:
        try:
            while world.home.journal.stat().st_size == before:
                assert writer.poll() is None
                time.sleep(0.01)
            yield
        finally:
            writer.kill()


def test_every_backup_taken_while_another_process_writes_verifies(world: World, tmp_path: Path) -> None:
    sizes = []
    with writing_in_a_loop(world):
        for number in range(BACKUPS):
            files = backup_registry(world.registry, tmp_path / str(number))
            report = verify(files.database, files.journal, files.anchors, None, deep=True)
            assert report.findings == []
            sizes.append(report.events)
    assert sizes == sorted(set(sizes)), "each backup has more events than the one before"


@pytest.mark.parametrize("step", ["copy_registry", "_fold_log", "write_verifier", "sync_folder"])
def test_after_a_kill_no_backup_is_left_and_the_next_one_removes_the_draft(
    world: World, tmp_path: Path, step: str
) -> None:
    folder = tmp_path / "backups"
    command = [sys.executable, "-c", KILLED, world.home.root, folder / "one", step]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert not (folder / "one").exists()
    assert [path.name for path in folder.iterdir()] != []
    files = backup_registry(Registry(world.home), folder / "one")
    assert [path.name for path in folder.iterdir()] == ["one"]
    assert verify(files.database, files.journal, files.anchors, None, deep=True).ok
