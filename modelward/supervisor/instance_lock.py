"""One `up` a home: who holds the house's lock runs it, and what they wrote beside the lock says how to reach it.

The system lets go of the lock when its holder dies, however it dies: an account that an `up` left behind, of a machine
switched off or a process killed, is recognised by a lock that nobody holds, or by a holder who did not write it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from data.errors import AlreadyUpError
from data.files.durable_file import write_durably
from data.files.file_lock import PRIVATE, holder_of, is_locked, take_lock
from modelward.supervisor.process_discovery import marked

Stage = Literal["starting", "ready", "stopping"]
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class ProcessStatus:
    """One process of the house: since when it runs, and how often it had to be started again."""

    pid: int
    since: str
    restarts: int = 0
    last_exit: int | None = None


@dataclass(frozen=True)
class SupervisorStatus:
    """What an `up` says of itself. `mark` is in the environment of everything it started."""

    pid: int
    since: str
    stage: Stage
    mark: str
    api_url: str
    ui_url: str
    evidence_url: str
    evidence_port: int = 0
    tenants: Mapping[str, ProcessStatus] = field(default_factory=dict)


def account_file(folder: Path) -> Path:
    """Where it is written."""
    return folder / "up.json"


def write_account(folder: Path, account: SupervisorStatus) -> None:
    """Whole or not at all; readable for the owner alone."""
    told = {**vars(account), "tenants": {name: vars(one) for name, one in account.tenants.items()}}
    write_durably(account_file(folder), json.dumps(told, indent=1).encode(), 0o600)


def read_account(folder: Path) -> SupervisorStatus | None:
    """What the newest `up` wrote, whether it still runs or not; None when there is none that can be read."""
    try:
        told: dict[str, Any] = json.loads(account_file(folder).read_bytes())
        tenants = {str(name): ProcessStatus(**one) for name, one in told.pop("tenants").items()}
        known = {one.name for one in fields(SupervisorStatus)}
        return SupervisorStatus(**{name: value for name, value in told.items() if name in known}, tenants=tenants)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def resident(folder: Path) -> SupervisorStatus | None:
    """The `up` that runs now; None when none does, or when the one that has just begun has not said a word yet."""
    account = read_account(folder)
    return account if account is not None and is_held(folder) and account.pid == _holder(folder) else None


def is_held(folder: Path) -> bool:
    """Whether an `up` of this home runs."""
    return is_locked(_lock_file(folder))


@contextmanager
def residence(folder: Path) -> Iterator[None]:
    """Hold the house while the block runs. Raises AlreadyUpError, which says who holds it."""
    make_private(folder)
    # Whoever only looks whether it is locked holds it for an instant, so it is tried for a while.
    lock = take_lock(_lock_file(folder), wait_seconds=PATIENCE_SECONDS, holder=str(os.getpid()), mode=PRIVATE)
    if lock is None:
        raise AlreadyUpError(said(resident(folder)))
    with lock:
        try:
            yield
        finally:
            _forget(folder)


def make_private(folder: Path) -> None:
    """The folder, there and for its owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _forget(folder: Path) -> None:
    """The account goes with its house; while something of it runs it is the only trace of that, and stays."""
    account = read_account(folder)
    if account is None or not marked(account.mark):
        account_file(folder).unlink(missing_ok=True)


def _holder(folder: Path) -> int | None:
    """Who wrote their number into the lock when they took it."""
    try:
        return int(holder_of(_lock_file(folder)))
    except ValueError:
        return None


def said(account: SupervisorStatus | None) -> str:
    """Who runs it, since when, and where it answers."""
    if account is None:
        return "another `modelward up` or `down` of this home has just begun"
    addresses = ", ".join(one for one in (account.ui_url, account.evidence_url) if one)
    since = f"{datetime.fromisoformat(account.since):%Y-%m-%d %H:%M:%S} UTC"
    return f"`modelward up` of this home is {account.stage} as process {account.pid} since {since}: {addresses}"


def _lock_file(folder: Path) -> Path:
    return folder / "up.lock"
