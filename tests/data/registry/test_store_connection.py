"""The registry's file while programs without our lock have it open: a wait, then an error that names the holder."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from data.errors import StoreError, StoreLockedError
from data.registry.store import Store
from data.registry.store_connection import holder_in, open_store

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reads")
print("open", flush=True)
sys.stdin.readline()
"""
HOLDERS = ("reads", "writes")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "registry.duckdb"
    with Store(path, tmp_path / "registry.lock").transaction(create=True):
        pass
    return path


@contextmanager
def held(database: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Keep the file open in another program, until the block ends or the program gets a line."""
    command = [sys.executable, "-c", HOLD, str(database), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "open\n"
        try:
            yield program
        finally:
            program.communicate("\n", timeout=30)


@pytest.mark.parametrize("how", HOLDERS)
def test_a_program_that_has_the_file_open_is_named_by_its_process(database: Path, how: str) -> None:
    with held(database, how) as program, pytest.raises(StoreLockedError) as locked:
        open_store(database, read_only=False, wait_seconds=0.01)
    assert locked.value.what.startswith(f"the registry is held by process {program.pid} (")
    assert locked.value.remedy == "wait for the named process to end, or end it, then try again"


def test_a_program_that_reads_the_file_stops_no_reader(database: Path) -> None:
    with held(database, "reads"):
        open_store(database, read_only=True).close()


@pytest.mark.parametrize("how", HOLDERS)
def test_a_command_waits_for_the_program_and_then_writes(
    database: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()

    def pause(_: float) -> None:
        waits.set()
        threading.Event().wait(0.02)

    monkeypatch.setattr("data.registry.store_connection.time.sleep", pause)
    with held(database, how) as program:

        def end_it() -> None:
            assert waits.wait(30)
            assert program.stdin is not None
            program.stdin.write("\n")
            program.stdin.flush()

        ending = threading.Thread(target=end_it)
        ending.start()
        with Store(database, database.with_suffix(".lock"), wait_seconds=30).transaction() as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (0,)
        ending.join()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_connection_of_the_same_process_is_to_be_closed(database: Path, read_only: bool) -> None:
    with duckdb.connect(str(database), read_only=True), pytest.raises(StoreLockedError) as locked:
        open_store(database, read_only=read_only, wait_seconds=3_600)
    assert locked.value.what == f"another connection of this process has {database} open"
    assert "connection.close()" in locked.value.remedy


def test_only_a_file_that_is_damaged_is_to_be_rebuilt(database: Path) -> None:
    database.write_bytes(b"not a database" * 1_000)
    with pytest.raises(StoreError, match="cannot be opened") as broken:
        open_store(database, read_only=True, wait_seconds=3_600)
    assert "modelward audit rebuild" in broken.value.remedy


MESSAGES = {
    "a program that is known": (
        "Conflicting lock is held in /usr/bin/python3 (PID 71). See",
        "process 71 (/usr/bin/python3)",
    ),
    "a program of another user": ("Conflicting lock is held in PID 71. See", "process 71"),
    "a host that does not say": ("Could not set lock on file: Resource temporarily unavailable", "another program"),
}


@pytest.mark.parametrize(("message", "holder"), MESSAGES.values(), ids=MESSAGES)
def test_the_holder_is_read_from_the_message_for(message: str, holder: str) -> None:
    assert holder_in(message) == holder
