"""One process at a time works on a model, and a dead one holds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import BusyError
from data.files.home import Home
from tasks.deploy.hold_operation import holding, lock_of

MODEL = "models/ops/delay"
ELSEWHERE = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


def test_a_second_hold_is_refused_and_another_model_is_free(home: Path) -> None:
    with holding(Home(home), MODEL):
        with pytest.raises(BusyError, match="another process is working on ops/delay"), holding(Home(home), MODEL):
            pass
        with holding(Home(home), "models/ops/other"):
            pass
    with holding(Home(home), MODEL):
        pass


def test_a_hold_ends_with_an_error(home: Path) -> None:
    with pytest.raises(KeyError), holding(Home(home), MODEL):
        raise KeyError
    with holding(Home(home), MODEL):
        pass


def test_another_process_holds_it_until_it_dies(home: Path) -> None:
    path = lock_of(Home(home), MODEL)
    path.parent.mkdir(parents=True)
    command = [sys.executable, "-c", ELSEWHERE, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), holding(Home(home), MODEL):
            pass
        process.kill()
    with holding(Home(home), MODEL):
        pass
