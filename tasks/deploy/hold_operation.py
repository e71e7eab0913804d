"""Hold a model's operation while it is carried out: the lock goes with its process, so a dead one shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import BusyError
from data.files.file_lock import take_lock
from data.files.home import Home
from data.records.names import short


@contextmanager
def holding(home: Home, model: str) -> Iterator[None]:
    """Hold the model's operation file. Raises BusyError when a living process holds it."""
    path = lock_of(home, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = take_lock(path)
    if lock is None:
        raise BusyError(f"another process is working on {short(model)} right now")
    with lock:
        yield


def lock_of(home: Home, model: str) -> Path:
    """The file whose lock says that somebody is carrying out an operation on the model."""
    return home.root / "operations" / (model.removeprefix("models/").replace("/", "--") + ".lock")
