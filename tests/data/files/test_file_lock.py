"""A lock on a file: shared or exclusive, at once or within a bounded wait, released when its holder ends."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.files.file_lock import PRIVATE, FileLock, holder_of, is_locked, lock_existing, take_lock

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from data.files.file_lock import take_lock
lock = take_lock(Path(sys.argv[1]), holder="process 7")
print("held", flush=True)
input()
"""
PAIRS = {
    "two readers": (True, True, True),
    "a writer beside a reader": (True, False, False),
    "a reader beside a writer": (False, True, False),
    "two writers": (False, False, False),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a lock file that does not exist yet."""
    return tmp_path / "some.lock"


def taken(path: Path, **how: object) -> FileLock:
    """Return the lock; it must be free."""
    lock = take_lock(path, **how)  # type: ignore[arg-type]
    assert lock is not None
    return lock


@pytest.mark.parametrize("first, second, together", PAIRS.values(), ids=PAIRS)
def test_only_shared_locks_can_be_held_together(path: Path, first: bool, second: bool, together: bool) -> None:
    with taken(path, shared=first):
        lock = take_lock(path, shared=second)
        assert (lock is not None) is together
        if lock is not None:
            lock.release()
    with taken(path):
        pass


def test_an_exclusive_lock_shows_its_holder_until_released(path: Path) -> None:
    path.write_text("a longer name of a process that died")
    with taken(path, holder="process 7"):
        assert holder_of(path) == "process 7"
        assert take_lock(path) is None
        assert holder_of(path) == "process 7", "who tried in vain changes nothing"
    assert holder_of(path) == ""
    assert holder_of(path.with_name("absent")) == ""


def test_an_error_in_the_block_releases_the_lock(path: Path) -> None:
    with pytest.raises(KeyError), taken(path):
        raise KeyError
    assert not is_locked(path)


def test_a_bounded_wait_ends_when_the_lock_is_released(path: Path) -> None:
    first, waiting = taken(path), threading.Event()
    found: list[FileLock | None] = []

    def wait() -> None:
        waiting.set()
        found.append(take_lock(path, wait_seconds=60))

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(60)
    first.release()
    thread.join()
    assert found[0] is not None
    found[0].release()


def test_a_bounded_wait_returns_none_at_its_end(path: Path) -> None:
    with taken(path):
        assert take_lock(path, wait_seconds=0.02) is None


def test_locking_an_existing_file_does_not_change_it(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lock_existing(path)
    path.write_text("content")
    path.chmod(0o400)
    lock = lock_existing(path)
    assert lock is not None
    with lock:
        assert is_locked(path)
        assert lock_existing(path) is None
    assert path.read_text() == "content"


def test_is_locked_is_true_only_for_an_exclusively_locked_file(path: Path) -> None:
    assert not is_locked(path)
    assert not path.exists(), "to ask creates nothing"
    with taken(path, shared=True):
        assert not is_locked(path), "readers lock nobody out who reads"
    with taken(path):
        assert is_locked(path)


def test_a_new_file_has_the_mode_that_was_given(path: Path) -> None:
    with taken(path, mode=PRIVATE):
        assert stat.S_IMODE(path.stat().st_mode) == PRIVATE


def test_a_file_that_cannot_be_written_is_an_error_and_stays_unlocked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.pwrite", full)
        with pytest.raises(OSError, match="No space left"):
            take_lock(path, holder="process 7")
    assert not is_locked(path)


def test_a_process_that_ends_releases_its_lock(path: Path) -> None:
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert take_lock(path) is None
        assert holder_of(path) == "process 7"
        process.kill()
    with taken(path, holder="process 8"):
        assert holder_of(path) == "process 8"
