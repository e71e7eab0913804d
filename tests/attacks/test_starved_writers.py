"""Attack: many readers hold the registry one after the other, so that a writer never finds it free.

Counts reads and never measures time: a writer gets through after a few reads, whatever the speed of the machine is.

Result: Prevented: who waits to write goes first; long reads use a copy.
Caught in: `data/files/file_lock.py`
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from data.errors import StoreLockedError
from data.files.file_lock import FileLock, holder_of, is_locked, take_lock
from data.registry.store import Store

pytestmark = pytest.mark.closed_registry
ROOT = Path(__file__).parents[2]
READERS = 8
FEW = 5 * READERS
"""Each reader may end the read in progress; the rest is for readers that passed the queue while the writer came."""

READ_IN_A_LOOP = """
import sys, time
from pathlib import Path
from data.registry.store import Store
store = Store(Path(sys.argv[1]), Path(sys.argv[2]), wait_seconds=60)
with open(sys.argv[3], "ab", buffering=0) as reads:
    while True:
        with store.reading():
            reads.write(b"x")
            time.sleep(0.03)
"""
WAIT_TO_WRITE = """
import sys
from pathlib import Path
from data.files.file_lock import take_lock
print("waits", flush=True)
take_lock(Path(sys.argv[1]), wait_seconds=60, holder="process 7", queue=Path(sys.argv[2]))
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with a migrated, empty file."""
    store = Store(tmp_path / "registry.duckdb", tmp_path / "registry.lock", wait_seconds=60)
    with store.transaction(create=True):
        pass
    return store


@contextmanager
def reading_in_loops(store: Store, reads: Path) -> Iterator[None]:
    """Let eight processes read without a pause while the block runs; each adds one byte to `reads` for a read."""
    command = [sys.executable, "-c", READ_IN_A_LOOP, store.database, store.lock, reads]
    with ExitStack() as stack:
        readers = [stack.enter_context(subprocess.Popen(command, cwd=ROOT)) for _ in range(READERS)]
        for reader in readers:
            stack.callback(reader.kill)
        while size(reads) < 3 * READERS:
            assert all(reader.poll() is None for reader in readers)
            time.sleep(0.01)
        yield


def size(reads: Path) -> int:
    return reads.stat().st_size if reads.exists() else 0


def test_a_writer_gets_through_eight_readers_after_a_few_reads(store: Store, tmp_path: Path) -> None:
    reads = tmp_path / "reads"
    with reading_in_loops(store, reads):
        for _ in range(5):
            before = size(reads)
            with store.transaction():
                between = size(reads) - before
            assert between <= FEW


@pytest.mark.long
def test_readers_get_through_writers_that_write_in_a_loop(store: Store, tmp_path: Path) -> None:
    reads = tmp_path / "reads"
    with reading_in_loops(store, reads):
        before, writes = size(reads), 0
        while size(reads) < before + 3 * READERS:
            with store.transaction():
                writes += 1
            assert writes < 100 * READERS, "the readers wait for ever"


def test_a_reader_does_not_overtake_a_writer_that_waits(tmp_path: Path) -> None:
    path, queue = tmp_path / "a.lock", tmp_path / "a.queue"
    with taken(path, shared=True, queue=queue), waiting_writer(path, queue):
        assert take_lock(path, shared=True, queue=queue) is None
    with taken(path, shared=True, queue=queue):
        pass


def test_a_writer_that_is_killed_while_it_waits_blocks_nobody(tmp_path: Path) -> None:
    path, queue = tmp_path / "a.lock", tmp_path / "a.queue"
    with taken(path, shared=True, queue=queue):
        with waiting_writer(path, queue) as writer:
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
        with taken(path, shared=True, queue=queue):
            pass


def test_the_error_of_a_reader_names_the_writer_that_waits(store: Store) -> None:
    store.wait_seconds = 0.05
    with (
        taken(store.lock, shared=True, queue=store.queue),
        waiting_writer(store.lock, store.queue),
        pytest.raises(StoreLockedError, match="by a process that reads it, and process 7 waits to write"),
        store.reading(),
    ):
        pass


def test_a_thread_that_writes_gets_through_threads_that_read_without_a_pause(store: Store) -> None:
    reads, end = [0], threading.Event()

    def read() -> None:
        while not end.is_set():
            with store.reading():
                reads[0] += 1

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            before = reads[0]
            with store.turn(), store.transaction():
                between = reads[0] - before
            assert between <= FEW
    finally:
        end.set()
        for thread in threads:
            thread.join()


def test_a_process_reads_in_its_own_session_while_another_writer_waits(store: Store) -> None:
    with store.session(), waiting_writer(store.lock, store.queue), store.reading():
        pass


def taken(path: Path, shared: bool = False, queue: Path | None = None) -> FileLock:
    """Return the lock; it must be free."""
    lock = take_lock(path, shared=shared, queue=queue)
    assert lock is not None
    return lock


@contextmanager
def waiting_writer(path: Path, queue: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that waits for the lock while the block runs."""
    command = [sys.executable, "-c", WAIT_TO_WRITE, path, queue]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            while not is_locked(queue) or not holder_of(queue):
                assert process.poll() is None
                time.sleep(0.005)
            yield process
        finally:
            process.kill()
