"""End every process that an `up` started, in an order in which each process can still report how it ended.

A flow run that gets SIGTERM reports to the server, and the worker reports for a run that cannot. So the runs end first,
then the worker, and the server last.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import SupervisorError
from modelward.supervisor.instance_lock import SupervisorStatus, read_status
from modelward.supervisor.process_discovery import ShutdownResult, mark_of_part, terminate_processes
from modelward.supervisor.process_specs import EVIDENCE, PROVISIONING, SERVER, WORKER

PATIENCE_SECONDS = 10.0
ORDER = (PROVISIONING, WORKER, EVIDENCE, SERVER)


def end_processes(status: SupervisorStatus) -> ShutdownResult:
    """End every process with the mark of this supervisor; return how many ended and which still run."""
    worker = status.processes.get(WORKER)
    runs = mark_of_part(status.mark, WORKER)
    ended = [terminate_processes(runs, PATIENCE_SECONDS, {worker.pid} if worker is not None else ())]
    ended += [terminate_processes(mark_of_part(status.mark, name), PATIENCE_SECONDS) for name in ORDER]
    ended.append(terminate_processes(status.mark, PATIENCE_SECONDS))
    count = sum(one.signalled - len(one.still_running) for one in ended)
    return ShutdownResult(count, ended[-1].still_running)


def end_stale_processes(folder: Path) -> str:
    """End the processes that a killed `up` left; return what was done, or an empty text if there were none.

    Call it with the instance lock held. Raises SupervisorError when a process cannot be ended.
    """
    earlier = read_status(folder)
    ended = end_processes(earlier) if earlier is not None else ShutdownResult()
    require_ended(ended.still_running)
    count = ended.signalled
    processes = f"{count} {'process' if count == 1 else 'processes'}"
    return f"ended {processes} that a killed `modelward up` had left" if count else ""


def require_ended(still_running: Sequence[int]) -> None:
    """Raise SupervisorError if there are processes that even SIGKILL did not end."""
    if still_running:
        raise SupervisorError(
            f"these processes of this home do not end: {', '.join(map(str, still_running))}",
            "end them as the user who owns them, or restart the machine; then try again",
        )
