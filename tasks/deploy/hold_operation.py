"""Hold a model's operation while it is carried out: the lock goes with its process, so a dead one shows."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import BusyError
from data.files.home import Home
from data.records.names import short


@contextmanager
def holding(home: Home, model: str) -> Iterator[None]:
    """Hold the model's operation file. Raises BusyError when a living process holds it."""
    path = lock_of(home, model)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another process is working on {short(model)} right now") from error
        yield


def lock_of(home: Home, model: str) -> Path:
    """The file whose lock says that somebody is carrying out an operation on the model."""
    return home.root / "operations" / (model.removeprefix("models/").replace("/", "--") + ".lock")
