"""Open the registry's DuckDB file for one writing process at a time, run transactions in it, migrate older files.

DuckDB locks its file for one process. A `flock` on a separate lock file makes other processes wait instead of failing.
Other code must not open the database file while this module has it open: closing a second file handle removes DuckDB's
own lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.audit.keys import SigningKey
from data.errors import MissingRegistryError, NestedTransactionError, StoreError, StoreLockedError
from data.files.file_fault import fault_in, file_faults
from data.files.file_lock import FileLock, holder_of, is_locked, take_lock
from data.registry.migration import migrate, newest_schema, schema_of
from data.registry.store_connection import open_store, storage_faults
from data.registry.thread_queue import ThreadQueue

BUSY_THREAD = "another thread of this process holds the registry"
TRY_AGAIN = "wait until it has released the registry, then try again"
SNAPSHOT = "BEGIN TRANSACTION READ ONLY"


@dataclass
class _Process:
    """The state of one database file in this process: locks between its threads, the open connection, the file lock."""

    turn: ThreadQueue = field(default_factory=ThreadQueue)
    mutex: ThreadQueue = field(default_factory=ThreadQueue)
    owner: int | None = None
    sessions: int = 0
    connection: duckdb.DuckDBPyConnection | None = None
    lock: FileLock | None = None


_PROCESSES: dict[tuple[int, Path], _Process] = {}


class Store:
    """One DuckDB file and its lock. Transactions cannot be nested; a wait ends after `wait_seconds` with an error."""

    def __init__(
        self,
        database: Path,
        lock: Path,
        wait_seconds: float = 30.0,
        around_migration: Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[SigningKey | None]]
        | None = None,
    ) -> None:
        """Use a database file and its lock file; the lock's queue is a file beside it.

        A migration of an older file runs inside `around_migration`, in which the registry checks and completes its
        journal; it yields the key that seals the events of the migration. No other process can write meanwhile.
        """
        self.database = database
        self.lock = lock
        self.queue = lock.with_suffix(".queue")
        self.wait_seconds = wait_seconds
        self._around_migration = around_migration
        self._process = _PROCESSES.setdefault((os.getpid(), database.absolute()), _Process())

    def exists(self) -> bool:
        """Return True if the database file exists."""
        return self.database.is_file()

    @contextmanager
    def transaction(self, create: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run the block in one transaction: commit at the end, roll back on any exception.

        Raises NestedTransactionError, StoreLockedError, SchemaVersionError, MissingRegistryError.
        """
        with self._one_thread():
            self._open(create)
            connection = self._process.connection
            assert connection is not None
            try:
                with storage_faults(self.database):
                    connection.begin()
                    try:
                        yield connection
                    except BaseException:
                        connection.rollback()
                        raise
                    connection.commit()
            finally:
                self._close_unless_in_session()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keep the file open and locked over several transactions; opening it costs more than a transaction.

        Raises in the same cases as `transaction`.
        """
        with self._one_thread():
            self._open(create=False)
            self._process.sessions += 1
        try:
            yield
        finally:
            with self._one_thread():
                self._process.sessions -= 1
                self._close_unless_in_session()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Open a session in which no other thread of this process writes. The steps of a write after its commit
        (journal, anchors) so end before the next write begins. Raises in the same cases as `session`.
        """
        if self._process.owner == threading.get_ident():
            raise NestedTransactionError("a command was given inside a transaction or a snapshot of the registry")
        if not self._process.turn.acquire(timeout=self.wait_seconds):
            raise StoreLockedError(BUSY_THREAD, TRY_AGAIN)
        try:
            with self.session():
                yield
        finally:
            self._process.turn.release()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a read-only snapshot; other processes may read at the same time.

        A file with an older schema is migrated first, because this program's records cannot read it. Raises in the same
        cases as `transaction`.
        """
        with self._one_thread():
            if self._process.connection is not None:
                yield from self._read_in_session(self._process.connection)
                return
            self._must_exist()
            while True:
                with self._take_lock(shared=True), self._connect(read_only=True) as connection:
                    connection.execute(SNAPSHOT)
                    if schema_of(connection, self.database) == newest_schema():
                        yield connection
                        return
                # The shared lock is released first: the migration needs the file for itself.
                self._open(create=False)
                self._close_unless_in_session()

    @contextmanager
    def locked(self, exclusive: bool = False) -> Iterator[None]:
        """Hold the lock file while the block opens, copies or replaces the closed database file by other means.

        No process writes meanwhile; with `exclusive` no process reads either. Raises StoreLockedError, and
        NestedTransactionError when this process has the database file open.
        """
        with self._one_thread():
            if self._process.connection is not None:
                raise NestedTransactionError("this process holds the registry open")
            with file_faults(self.lock, kind=StoreError):
                self.lock.parent.mkdir(parents=True, exist_ok=True)
            with self._take_lock(shared=not exclusive):
                yield

    def can_be_opened(self) -> bool:
        """Return True if the database file exists and DuckDB opens it, False if it is missing or damaged.

        The caller holds the lock file. Raises StoreLockedError when a foreign program has the file open, and StoreError
        when the file system refuses to read it.
        """
        if not self.database.exists():
            return False
        try:
            self._connect(read_only=True).close()
        except StoreLockedError:
            raise
        except StoreError as refused:
            if fault_in(str(refused.__cause__)) is not None:
                raise
            return False
        return True

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        process, me = self._process, threading.get_ident()
        if process.owner == me:
            raise NestedTransactionError("a transaction was started inside another transaction")
        if not process.mutex.acquire(timeout=self.wait_seconds):
            raise StoreLockedError(BUSY_THREAD, TRY_AGAIN)
        process.owner = me
        try:
            yield
        finally:
            process.owner = None
            process.mutex.release()

    def _must_exist(self) -> None:
        if not self.exists():
            raise MissingRegistryError(f"there is no registry at {self.database}")

    def _open(self, create: bool) -> None:
        process = self._process
        if process.connection is not None:
            return
        if not create:
            self._must_exist()
        with file_faults(self.database, kind=StoreError):
            self.database.parent.mkdir(parents=True, exist_ok=True)
        lock = self._take_lock()
        try:
            connection = self._connect(read_only=False)
            try:
                self._migrate(connection)
                connection.execute("SET enable_external_access=false; SET lock_configuration=true")
            except BaseException:
                connection.close()
                raise
        except BaseException:
            lock.release()
            raise
        process.lock, process.connection = lock, connection

    def _migrate(self, connection: duckdb.DuckDBPyConnection) -> None:
        present = schema_of(connection, self.database)
        if present == newest_schema():
            return
        around = self._around_migration(connection) if present and self._around_migration else nullcontext()
        with around as key:
            migrate(connection, self.database, key)

    def _close_unless_in_session(self) -> None:
        process = self._process
        if process.sessions or process.connection is None:
            return
        process.connection.close()
        process.connection = None
        if process.lock is not None:
            process.lock.release()
            process.lock = None

    def _connect(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        return open_store(self.database, read_only=read_only, wait_seconds=self.wait_seconds)

    @staticmethod
    def _read_in_session(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
        connection.execute(SNAPSHOT)
        try:
            yield connection
        finally:
            connection.rollback()

    def _take_lock(self, shared: bool = False) -> FileLock:
        holder = "" if shared else f"process {os.getpid()}"
        with file_faults(self.lock, "locked", StoreError):
            lock = take_lock(self.lock, shared=shared, wait_seconds=self.wait_seconds, holder=holder, queue=self.queue)
        if lock is None:
            raise self._locked_by_others()
        return lock

    def _locked_by_others(self) -> StoreLockedError:
        if named := _present_holder(self.lock):
            return StoreLockedError(f"the registry is held by {named}")
        waiting = _present_holder(self.queue)
        first = f", and {waiting} waits to write" if waiting else ""
        return StoreLockedError(f"the registry is held by a process that reads it{first}", TRY_AGAIN)


def _present_holder(path: Path) -> str:
    """Return the name of the lock's holder; empty for a free or shared lock, also when a killed holder left a name."""
    return holder_of(path) if is_locked(path) else ""
