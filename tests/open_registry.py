"""Keep the registry file of a test open between commands, since opening and closing it takes most of a command's time.

modelward itself closes the file after each transaction, so that other processes can open it. Most tests have no other
process. For them the file is closed only before something else could need it: a new process, another connection, a copy
or removal of its folder, a backup, or the end of the test. Tests of the store, of its lock and of several processes are
marked `closed_registry` or listed in CLOSED.
"""

from __future__ import annotations

import multiprocessing.process
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.errors import ModelwardError
from data.registry import store
from data.registry.store import Store
from data.registry.store_connection import open_store

CLOSED = (
    "browser",
    "data/audit",
    "data/files",
    "data/registry/test_registry",
    "data/registry/test_store",
    "docs",
    "modelward/demo",
    "modelward/supervisor",
    "modelward/web/test_server",
    "structure",
)
"""Folders and name prefixes of files below `tests` whose tests, or processes, open the registry file themselves."""


def close_all(*, keep: bool = True, beside: Sequence[Path] | None = None) -> None:
    """Close each registry file that no session or transaction of this process uses.

    With `keep` the file holds everything afterwards; without, the rest stays in the log beside it. With `beside`, close
    only files that one of these paths contains, and files in the same folder.
    """
    for (_, database), process in list(store._PROCESSES.items()):
        if process.connection is None or process.sessions or process.owner is not None:
            continue
        if beside is not None and not any(_concerns(path, database) for path in beside):
            continue
        if keep:
            with suppress(duckdb.Error):
                process.connection.execute("CHECKPOINT")
        process.connection.close()
        process.connection = None
        if process.lock is not None:
            process.lock.release()
            process.lock = None


def _concerns(path: Path, database: Path) -> bool:
    place, folder = path.resolve(), database.resolve().parent
    return folder.is_relative_to(place) or place.parent == folder


def _closing(act: Callable[..., Any]) -> Callable[..., Any]:
    def closing(*given: Any, **named: Any) -> Any:
        close_all()
        return act(*given, **named)

    return closing


def _closing_beside(act: Callable[..., Any]) -> Callable[..., Any]:
    def closing(*given: Any, **named: Any) -> Any:
        paths = [Path(one) for one in (*given, *named.values()) if isinstance(one, str | os.PathLike)]
        close_all(beside=paths)
        return act(*given, **named)

    return closing


def _closing_unless_isolated(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Close before a connection; one to a database in memory may attach the file too, unless its settings forbid it."""

    def closing(*given: Any, **named: Any) -> Any:
        if named.get("config", {}).get("enable_external_access", True):
            close_all()
        return connect(*given, **named)

    return closing


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep registry files open between commands while the block runs, then close them."""
    connect, reading = Store._connect, Store.reading

    def reading_what_is_open(self: Store) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Open the file for writing first, unless another process holds it; a file opened to be read is not kept."""
        process = self._process
        is_counted = store.open_store is not open_store  # the test counts each connection and transaction
        if process.connection is None and process.owner is None and self.exists() and not is_counted:
            waits, self.wait_seconds = self.wait_seconds, 0.0
            with suppress(ModelwardError), self._one_thread():
                self._open(create=False)
            self.wait_seconds = waits
        return reading(self)

    def connect_without_last_checkpoint(self: Store, read_only: bool) -> duckdb.DuckDBPyConnection:
        connection = connect(self, read_only)
        if not read_only:  # most of what closing costs, for a file that nobody reads again
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "_connect", connect_without_last_checkpoint)
        patch.setattr(Store, "reading", reading_what_is_open)
        patch.setattr(Store, "_close_unless_in_session", lambda self: None)
        for owner, name in (
            (Store, "locked"),
            (subprocess.Popen, "__init__"),
            (multiprocessing.process.BaseProcess, "start"),
            (os, "fork"),
        ):
            patch.setattr(owner, name, _closing(getattr(owner, name)))
        for name in ("copytree", "copyfile", "rmtree"):
            patch.setattr(shutil, name, _closing_beside(getattr(shutil, name)))
        patch.setattr(duckdb, "connect", _closing_unless_isolated(duckdb.connect))
        try:
            yield
        finally:
            close_all(keep=False)


@pytest.fixture(autouse=True)
def registry_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the registry open in every test that does not need its file closed."""
    place = request.path.relative_to(Path(__file__).parent).as_posix()
    if place.startswith(CLOSED) or request.node.get_closest_marker("closed_registry"):
        yield
        return
    with kept_open():
        yield
