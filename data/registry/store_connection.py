"""Open the registry's DuckDB file, and wait while a program that does not take our lock has it open.

A notebook, a BI tool or the `duckdb` shell locks the file itself, also if it only reads. Such a program is waited for
as long as another process of modelward is. Then it is named.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data.errors import StoreError, StoreLockedError
from data.files.database_file import Config, open_database
from data.files.file_fault import described, fault_in, remedy_for
from data.registry.pandas_stand_in import bind_without_pandas

CONFIG: Config = {
    "threads": 1,  # with a second thread a small query takes six times the CPU time
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
}
POLL_SECONDS = 0.2
REBUILD = "run `modelward audit rebuild`, which keeps this file and writes a new one from the journal"
CLOSE_IT = "close that connection (`connection.close()`), then try again"
LOCKED = "Could not set lock"
OPEN_HERE = ("different configuration than existing connections", "Unique file handle conflict")
"""What DuckDB reports when another connection of the same process has the file open."""
_HOLDER = re.compile(r"Conflicting lock is held in (?:(?P<program>.+?) \()?PID (?P<pid>\d+)")


def open_store(database: Path, *, read_only: bool, wait_seconds: float = 0.0) -> duckdb.DuckDBPyConnection:
    """Open the file. The caller holds the lock file. Raises StoreLockedError, and StoreError for a damaged file."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            with storage_faults(database):
                connection = (
                    duckdb.connect(str(database), read_only=True, config=CONFIG)
                    if read_only
                    else open_database(database, CONFIG)
                )
        except duckdb.Error as error:
            if LOCKED not in str(error):
                raise _refused(database, error) from error
            if time.monotonic() >= deadline:
                raise StoreLockedError(f"the registry is held by {holder_in(str(error))}") from error
            time.sleep(POLL_SECONDS)
        else:
            bind_without_pandas(connection)
            return connection


def holder_in(message: str) -> str:
    """Return the process that DuckDB names as the holder of the file's lock: its id, and its program if it is known."""
    found = _HOLDER.search(message)
    if found is None:
        return "another program"
    return f"process {found['pid']}" + (f" ({found['program']})" if found["program"] else "")


def _refused(database: Path, error: duckdb.Error) -> StoreError:
    if any(text in str(error) for text in OPEN_HERE):
        return StoreLockedError(f"another connection of this process has {database} open", CLOSE_IT)
    return StoreError(f"{database} cannot be opened: {error}", REBUILD)


@contextmanager
def storage_faults(database: Path) -> Iterator[None]:
    """Raise a StoreError with its remedy where DuckDB reports a full disk or another fault of the file system.

    DuckDB has then recorded nothing of the transaction.
    """
    try:
        yield
    except duckdb.Error as error:
        fault = fault_in(str(error))
        if fault is None:
            raise
        what = f"{described(fault, database, 'opened or written')}; nothing was recorded"
        raise StoreError(what, remedy_for(fault, database)) from error
