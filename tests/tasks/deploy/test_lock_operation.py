"""Only one process at a time works on a model, and the lock of a dead process is released."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import BusyError
from data.files.home import Home
from tasks.deploy.lock_operation import lock_path, operation_lock

MODEL = "models/ops/delay"
ELSEWHERE = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


def test_a_second_lock_of_the_same_model_is_refused(home: Path) -> None:
    with operation_lock(Home(home), MODEL):
        with (
            pytest.raises(BusyError, match="another process is working on ops/delay"),
            operation_lock(Home(home), MODEL),
        ):
            pass
        with operation_lock(Home(home), "models/ops/other"):
            pass
    with operation_lock(Home(home), MODEL):
        pass


def test_an_error_releases_the_lock(home: Path) -> None:
    with pytest.raises(KeyError), operation_lock(Home(home), MODEL):
        raise KeyError
    with operation_lock(Home(home), MODEL):
        pass


def test_the_lock_of_another_process_lasts_until_its_death(home: Path) -> None:
    path = lock_path(Home(home), MODEL)
    path.parent.mkdir(parents=True)
    command = [sys.executable, "-c", ELSEWHERE, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), operation_lock(Home(home), MODEL):
            pass
        process.kill()
    with operation_lock(Home(home), MODEL):
        pass
