"""An `up` in the background: started with a log in place of a terminal, and ended from elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from data.errors import AlreadyUpError, SupervisorError
from data.files.home import Home
from modelward.supervisor.child_process import bound_log, last_words
from modelward.supervisor.instance_lock import SupervisorStatus, is_held, make_private, residence, resident, said
from modelward.supervisor.prefect_environment import environment_at
from modelward.supervisor.process_discovery import marked
from modelward.supervisor.process_specs import PROVISIONING
from modelward.supervisor.recovery_report import RecoveryReport, read_leftovers
from modelward.supervisor.shutdown import end_what_was_left, require_gone

READY_SECONDS = 300.0
RECONCILING_SECONDS = 60.0
FAREWELL_SECONDS = 150.0
POLL_SECONDS = 0.2


def start_detached(home: Home) -> int:
    """Start `modelward up` in a session of its own and wait until it is ready; answers its process id.

    Raises HouseError, AlreadyUpError.
    """
    if is_held(home.up):
        raise AlreadyUpError(said(resident(home.up)))
    make_private(home.up)
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
            raise SupervisorError(f"it was not ready in {READY_SECONDS:.0f} s, see {log}")
        time.sleep(POLL_SECONDS)
    raise SupervisorError(f"it ended with {process.returncode} while starting, see {log}:\n{last_words(log)}")


def awaited_leftovers(folder: Path) -> RecoveryReport:
    """What the `up` that is ready found half done: all of it, or as much as is known in a while."""
    deadline = time.monotonic() + RECONCILING_SECONDS
    while True:
        account = resident(folder)  # first: once the one who furnishes has left, what is read next is final
        found = read_leftovers(folder) or RecoveryReport(whole=False)
        if found.whole or account is None or time.monotonic() > deadline:
            return found
        if PROVISIONING not in account.tenants:
            return found.and_failed(f"reconciling ended before it was done, see {folder / 'logs'}")
        time.sleep(POLL_SECONDS)


def end_resident(folder: Path) -> str:
    """End the `up` of this home, or what one that was killed left; answers what was done. Raises HouseError."""
    account = resident(folder)
    if account is not None:
        return _ended(account, folder)
    if not folder.is_dir():
        return f"nothing was up for {folder.parent}"
    try:
        with residence(folder):
            left = end_what_was_left(folder)
    except AlreadyUpError as error:
        raise SupervisorError(error.what, "try again in a moment") from error
    return left or f"nothing was up for {folder.parent}"


def _ended(account: SupervisorStatus, folder: Path) -> str:
    with suppress(ProcessLookupError):
        os.kill(account.pid, signal.SIGTERM)
    deadline = time.monotonic() + FAREWELL_SECONDS
    while is_held(folder):
        if time.monotonic() > deadline:
            raise SupervisorError(
                f"process {account.pid} has not ended in {FAREWELL_SECONDS:.0f} s", f"end it: kill {account.pid}"
            )
        time.sleep(POLL_SECONDS)
    require_gone(marked(account.mark))
    return f"ended process {account.pid} and everything it ran"
