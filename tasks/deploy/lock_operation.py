"""Lock a model while an operation on it is carried out; the lock of a process ends with the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import BusyError
from data.files.file_fault import file_faults
from data.files.file_lock import take_lock
from data.files.home import Home
from data.records.names import short


@contextmanager
def operation_lock(home: Home, model: str) -> Iterator[None]:
    """Hold the model's operation lock for the block. Raises BusyError while another process holds it, FileError."""
    path = lock_path(home, model)
    with file_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = take_lock(path)
    if lock is None:
        raise BusyError(
            f"another process is working on {short(model)} right now",
            "wait until that process has finished, then try again",
        )
    with lock:
        yield


def lock_path(home: Home, model: str) -> Path:
    """Return the path of the file that is locked while a process carries out an operation on the model."""
    return home.root / "operations" / (model.removeprefix("models/").replace("/", "--") + ".lock")
