"""Ends everything that an `up` started, in an order in which each process can still report how it ended.

A flow run that gets SIGTERM reports to the server, and the worker reports for a run that cannot. So the runs end first,
then the worker, and the server last.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import SupervisorError
from modelward.supervisor.instance_lock import SupervisorStatus, read_status
from modelward.supervisor.process_discovery import ShutdownResult, end_marked, mark_of_part
from modelward.supervisor.process_specs import EVIDENCE, PROVISIONING, SERVER, WORKER

PATIENCE_SECONDS = 10.0
ORDER = (PROVISIONING, WORKER, EVIDENCE, SERVER)


def end_processes(status: SupervisorStatus) -> ShutdownResult:
    """End every process that bears the mark of this supervisor, whichever process started it."""
    worker = status.processes.get(WORKER)
    runs = mark_of_part(status.mark, WORKER)
    ended = [end_marked(runs, PATIENCE_SECONDS, {worker.pid} if worker is not None else ())]
    ended += [end_marked(mark_of_part(status.mark, name), PATIENCE_SECONDS) for name in ORDER]
    ended.append(end_marked(status.mark, PATIENCE_SECONDS))
    count = sum(one.signalled - len(one.still_running) for one in ended)
    return ShutdownResult(count, ended[-1].still_running)


def end_stale_processes(folder: Path) -> str:
    """End the processes of an earlier `up` that was killed; returns what was done, or nothing.

    Call it with the instance lock held. Raises SupervisorError when one of them cannot be ended.
    """
    earlier = read_status(folder)
    ended = end_processes(earlier) if earlier is not None else ShutdownResult()
    require_ended(ended.still_running)
    return f"ended {ended.signalled} processes that a killed `modelward up` had left" if ended.signalled else ""


def require_ended(still_running: Sequence[int]) -> None:
    """Pass when there are none. Raises SupervisorError with the processes that even SIGKILL did not end."""
    if still_running:
        raise SupervisorError(
            f"process {', '.join(map(str, still_running))} of this home does not end",
            "end it by hand, or restart the machine, then try again",
        )
