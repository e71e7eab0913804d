"""Attack: the disk is full, the home is read-only, or a process may open no further file, at each place of a write.

The limits are those of the kernel: a limit of 0 bytes a file makes each write fail as a full disk does.

Result: Prevented: one message names the file and the remedy, and nothing is half done.
Caught in: `data/files/durable_file.py`, `data/files/writability.py`, `data/files/file_fault.py`
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from data.audit import keys
from data.audit.anchors.file_anchor import FileAnchor
from data.audit.journal import append_lines
from data.errors import FileError, JournalError, ModelwardError, StoreError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.files.writability import LEAST_FREE_BYTES
from data.logs.profile_cache import ProfileCache
from data.notices.channels.delivery import DeliveryRecords
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.backup import backup_registry
from data.registry.commands.person import AddPerson
from data.registry.registry import Registry
from data.registry.seeds import SeedVault
from data.submission.packing import pack
from tasks.deploy.lock_operation import operation_lock
from tests.modelward.conftest import Cli, cli
from tests.world import World
from views.pages.page_manifest import replace_file

__all__ = ["cli"]
pytestmark = pytest.mark.closed_registry
ADDITION = AddPerson(person="nia", printed_name="Nia")
DiskFault = Callable[[], AbstractContextManager[None]]


@contextmanager
def limited(kind: int, value: int) -> Iterator[None]:
    """Set the soft limit of this process while the block runs."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


FAULTS: dict[str, tuple[DiskFault, str, str]] = {
    "no byte can be written": (lambda: limited(resource.RLIMIT_FSIZE, 0), "File too large", "`ulimit -f`"),
    "no file can be opened": (lambda: limited(resource.RLIMIT_NOFILE, 3), "Too many open files", "`ulimit -n`"),
}


WRITERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "an artifact": (lambda folder: ArtifactStore(folder / "in").put(b"model"), "in/sha256/"),
    "an artifact from a file": (lambda folder: ArtifactStore(folder / "in").put_file(folder / "source"), ""),
    "a packed submission": (lambda folder: pack(folder / "submission", folder / "in"), ""),
    "a profile": (lambda folder: ProfileCache(folder / "in", folder).put(b"profile", "key"), "cache.key"),
    "a line of the journal": (lambda folder: append_lines(folder / "in" / "events.jsonl", [b"{}"]), "in/events.jsonl"),
    "an anchored checkpoint": (lambda folder: FileAnchor(folder / "in" / "notes.txt").append("note"), "in/notes.txt"),
    "a signing key": (lambda folder: keys.load_or_create(folder / "in", "log/1"), "in/log.key"),
    "a seed": (lambda folder: SeedVault(folder / "in").seal("people/x", "SEED"), "in/seeds"),
    "the record of a delivery": (lambda folder: DeliveryRecords(folder / "in").write("a", {}), "in/delivery/a.json"),
    "a report page": (lambda folder: replace_file(folder / "in" / "index.html", "page"), "in/index.html"),
}


@pytest.mark.parametrize(("fault", "what", "remedy"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("write", "file"), WRITERS.values(), ids=WRITERS)
def test_a_write_that_fails_names_the_file_and_the_remedy_and_leaves_no_part(
    write: Callable[[Path], object], file: str, fault: DiskFault, what: str, remedy: str, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(b"model")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "model.yaml").write_bytes(b"model: x")
    with pytest.raises(ModelwardError) as failed, fault():
        write(tmp_path)
    assert what in failed.value.what
    assert remedy in failed.value.remedy
    assert str(tmp_path / file) in failed.value.what
    left = [path for path in (tmp_path / "in").rglob("*") if path.is_file() and path.stat().st_size]
    assert left == []
    write(tmp_path)


def test_the_lock_of_an_operation_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match=r"ops--delay\.lock cannot be written: Too many open files"),
        limited(resource.RLIMIT_NOFILE, 3),
        operation_lock(Home(tmp_path), "models/ops/delay"),
    ):
        pass


# -- the registry


@pytest.mark.parametrize(("fault", "what", "remedy"), FAULTS.values(), ids=FAULTS)
def test_a_command_that_cannot_be_written_records_nothing(
    world: World, fault: DiskFault, what: str, remedy: str
) -> None:
    before = world.home.journal.read_bytes()
    with pytest.raises(ModelwardError, match=what) as failed, fault():
        world.model()
    assert (str(world.home.root) in failed.value.what, remedy in failed.value.remedy) == (True, True)
    assert world.home.journal.read_bytes() == before
    world.model()
    assert verify_registry(world.registry, deep=False).ok


def test_a_commit_that_fails_in_an_open_session_records_nothing_and_the_session_goes_on(world: World) -> None:
    before = len(world.events())
    with world.registry.session():
        with pytest.raises(StoreError, match="nothing was recorded"), limited(resource.RLIMIT_FSIZE, 64):
            world.model()
        assert len(world.events()) == before
        world.model()
    assert verify_registry(world.registry, deep=False).ok


def test_an_event_that_is_recorded_but_not_in_the_journal_is_completed_by_the_next_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(world.events())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("data.audit.journal._write", full)
        with pytest.raises(JournalError) as failed:
            world.model()
    assert f"event {before} is recorded in the registry, and not yet in the journal" in failed.value.what
    assert "do not repeat this one" in failed.value.remedy
    world.model("models/ops/other")
    assert len(world.events()) > before + 1
    assert verify_registry(world.registry, deep=False).ok


def test_a_nearly_full_disk_is_refused_before_anything_is_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.home.journal.read_bytes()
    monkeypatch.setattr("data.files.writability.free_bytes", lambda _: LEAST_FREE_BYTES - 1)
    with pytest.raises(FileError, match="needs 16 MiB of free space"):
        world.model()
    assert world.home.journal.read_bytes() == before


@pytest.fixture
def read_only(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the home look mounted read-only, for `open` and for `access`; return it."""
    root, opened, allowed = world.home.root, os.open, os.access
    (root / "registry" / "registry.queue").touch()

    def refuse_writes(path: object, flags: int, *mode: int, **more: int) -> int:
        if str(path).startswith(str(root)) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return opened(path, flags, *mode, **more)  # type: ignore[arg-type]

    def refuse_access(path: object, mode: int, **more: bool) -> bool:
        writes = bool(mode & os.W_OK) and str(path).startswith(str(root))
        return not writes and allowed(path, mode, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse_writes)
    monkeypatch.setattr(os, "access", refuse_access)
    return root


def test_a_read_only_home_can_be_read_and_a_command_names_what_cannot_be_written(
    world: World, read_only: Path, cli: Cli
) -> None:
    assert cli("people", "list").code == 0
    with pytest.raises(StoreError, match=r"registry\.lock cannot be locked: Read-only file system") as refused:
        Registry(world.home).execute(ADDITION, RunContext(Actor(id="adam")))
    assert f"mount the file system of {read_only / 'registry'} writable" in refused.value.remedy


def test_a_backup_on_a_full_disk_is_one_error_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="File too large"), limited(resource.RLIMIT_FSIZE, 1 << 16):
        backup_registry(world.registry, tmp_path / "copies" / "one")
    assert list((tmp_path / "copies").iterdir()) == []


# -- doctor


def test_doctor_names_the_folder_that_is_full(world: World, cli: Cli) -> None:
    with limited(resource.RLIMIT_FSIZE, 0):
        result = cli("doctor", "--json")
    found = {one["said"]: one["remedy"] for one in result.json if one["state"] == "fail" and one["name"] == "home"}
    assert result.code == 1
    for folder in (world.home.database.parent, world.home.journal.parent, world.home.anchor.parent, world.home.keys):
        assert any(str(folder) in observed for observed in found)
    assert all("ulimit -f" in remedy for remedy in found.values())
    assert list(world.home.root.rglob(".probe-*")) == []


def test_doctor_says_that_the_home_is_read_only(world: World, read_only: Path, cli: Cli) -> None:
    result = cli("doctor", "--json")
    found = [one for one in result.json if one["state"] == "fail" and one["name"] == "home"]
    assert any("Read-only file system" in one["said"] for one in found)


def test_doctor_warns_before_the_disk_is_full(world: World, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelward.doctor.free_bytes", lambda _: 2 * LEAST_FREE_BYTES)
    (found,) = (one for one in cli("doctor", "--json").json if one["name"] == "home")
    assert (found["state"], "32 MiB are free" in found["said"]) == ("warn", True)
