"""Ends everything that an `up` started, in an order in which each can still say what became of it.

A flow run that is told to end says so to the server, and one that cannot is spoken for by its worker: so runs go first,
then the worker, and the server last.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.errors import SupervisorError
from modelward.supervisor.instance_lock import SupervisorStatus, read_account
from modelward.supervisor.process_discovery import ShutdownResult, end_marked, part_of
from modelward.supervisor.process_specs import EVIDENCE, PROVISIONING, SERVER, WORKER

PATIENCE_SECONDS = 10.0
ORDER = (PROVISIONING, WORKER, EVIDENCE, SERVER)


def end_house(account: SupervisorStatus) -> ShutdownResult:
    """End what bears the mark of this account, whoever started it; those that are `left` could not be ended."""
    worker = account.tenants.get(WORKER)
    runs = part_of(account.mark, WORKER)
    ended = [end_marked(runs, PATIENCE_SECONDS, {worker.pid} if worker is not None else ())]
    ended += [end_marked(part_of(account.mark, name), PATIENCE_SECONDS) for name in ORDER]
    ended.append(end_marked(account.mark, PATIENCE_SECONDS))
    return ShutdownResult(sum(one.told - len(one.left) for one in ended), ended[-1].left)


def end_what_was_left(folder: Path) -> str:
    """End what an earlier `up` left when it was killed and could not end it; answers what was done, if anything.

    For who holds the residence. Raises HouseError when something of it cannot be ended.
    """
    former = read_account(folder)
    ended = end_house(former) if former is not None else ShutdownResult()
    require_gone(ended.left)
    return f"ended {ended.told} processes that a killed `modelward up` had left" if ended.told else ""


def require_gone(left: Sequence[int]) -> None:
    """Pass when there are none. Raises HouseError with the processes that even the last signal did not end."""
    if left:
        raise SupervisorError(
            f"process {', '.join(map(str, left))} of this home does not end",
            "end it by hand, or restart the machine, then try again",
        )
