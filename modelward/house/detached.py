"""An `up` in the background: started with a log in place of a terminal, and ended from elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from data.errors import AlreadyUpError, HouseError
from data.home import Home
from modelward.house.child_process import bound_log, last_words
from modelward.house.marked_processes import end_marked
from modelward.house.resident import account_file, is_held, read_account, resident, said
from modelward.prefect_environment import environment_at

READY_SECONDS = 300.0
FAREWELL_SECONDS = 90.0
POLL_SECONDS = 0.2


def start_detached(home: Home) -> int:
    """Start `modelward up` in a session of its own and wait until it is ready; answers its process id.

    Raises HouseError, AlreadyUpError.
    """
    if is_held(home.up):
        raise AlreadyUpError(said(read_account(home.up)))
    log = home.up / "logs" / "up.log"
    bound_log(log)
    with log.open("ab") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "modelward", "up"],
            env=environment_at(home.root),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _awaited(process, home, log)
    except BaseException:
        process.terminate()
        raise


def _awaited(process: subprocess.Popen[bytes], home: Home, log: Path) -> int:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None:
        account = resident(home.up)
        if account is not None and (account.pid, account.stage) == (process.pid, "ready"):
            return process.pid
        if time.monotonic() > deadline:
            raise HouseError(f"it was not ready in {READY_SECONDS:.0f} s, see {log}")
        time.sleep(POLL_SECONDS)
    raise HouseError(f"it ended with {process.returncode} while starting, see {log}:\n{last_words(log)}")


def end_resident(folder: Path) -> str:
    """End the `up` of this home, or what one that was killed left; answers what was done. Raises HouseError."""
    account = read_account(folder)
    if not is_held(folder):
        left = end_marked(account.mark, FAREWELL_SECONDS) if account is not None else 0
        account_file(folder).unlink(missing_ok=True)
        return (
            f"ended {left} processes that a killed `modelward up` had left"
            if left
            else f"nothing was up for {folder.parent}"
        )
    if account is None:
        raise HouseError("an `up` of this home is just starting", "try again in a moment")
    with suppress(ProcessLookupError):
        os.kill(account.pid, signal.SIGTERM)
    deadline = time.monotonic() + FAREWELL_SECONDS
    while is_held(folder):
        if time.monotonic() > deadline:
            raise HouseError(
                f"process {account.pid} has not ended in {FAREWELL_SECONDS:.0f} s", f"end it: kill {account.pid}"
            )
        time.sleep(POLL_SECONDS)
    return f"ended process {account.pid} and everything it ran"
