"""Attack: another user of the machine reads the registry, a backup or the inbox, or locks the registry.

Result: Prevented: everything in the home has mode 0700 or 0600, whatever the umask. A home of an earlier version is
closed by the next command, and `doctor` lists what is left.
Caught in: `data/files/file_access.py`
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.audit.bundle import write_verifier
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.files.serving import FileTarget, SlotAddress
from data.logs.profile_cache import ProfileCache
from data.notices.outbox import Notice, Outbox
from data.records.version import Version
from data.registry.backup import backup_registry
from data.submission.packing import pack
from tasks.deploy.lock_operation import operation_lock
from tests.operations import deployed
from tests.world import FOUNDED_AT, MODEL, World, found_world
from views.pages.site import site_folder, write_site

ROOT = Path(__file__).parents[2]
LAYERS = ("modelward", "flows", "tasks", "views", "gates", "monitoring", "data")
DECIDES = {"data/files/file_access.py", "data/files/served_folder.py"}
NOBODY = 65_534
READ_AND_LOCK = """
import fcntl, os, sys
reached = []
for name in ("registry/registry.duckdb", "registry/registry.lock", "journal/events.jsonl", "keys/seeds.json"):
    try:
        with open(os.path.join(sys.argv[1], name)) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
        reached.append(name)
    except OSError:
        pass
print(reached)
"""


@pytest.fixture
def no_umask() -> Iterator[None]:
    """A process that creates files for everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def folder_for_everybody() -> Iterator[Path]:
    """A folder that every user of the machine can enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def exposed(root: Path) -> list[str]:
    return [str(path) for path in (root, *root.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def as_another_user(code: str, path: Path) -> str:
    """Run code with a path as another user, and return what it prints."""
    python = shutil.which("python3", path="/usr/bin:/bin:/usr/local/bin")
    if python is None:
        pytest.skip("no Python that every user of this machine can run")
    command = [python, "-I", "-S", "-c", code, str(path)]
    result = subprocess.run(
        command, check=False, cwd="/", user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def write_everything(world: World) -> None:
    """Write what the product writes outside of the registry: pages, notices, backups, caches, manifests."""
    home = world.home
    deployment = deployed(world)
    FileTarget(home).publish(
        SlotAddress(MODEL), world.get(Version, str(deployment.version)), "planning", world.now, "r"
    )
    ArtifactStore(home.inbox).put(b"a pack")
    ProfileCache(home.profiles, home.keys).put(b"counts", "a", "key")
    notice = Notice(kind="approval", to="alma", about=MODEL, title="A request waits", text="Answer it.")
    Outbox(home.outbox).write(notice, FOUNDED_AT)
    with operation_lock(home, MODEL):
        pass
    write_site(home, site_folder(home))
    backup_registry(world.registry, home.backups / "one")
    write_verifier(home.backups / "verifier.pyz")


@pytest.mark.closed_registry
def test_no_file_of_a_home_gives_access_to_others_whatever_the_umask(tmp_path: Path, no_umask: None) -> None:
    world = found_world(tmp_path / "home")
    write_everything(world)
    assert exposed(tmp_path / "home") == []


def test_the_write_ahead_log_is_private_too(tmp_path: Path, no_umask: None) -> None:
    world = found_world(tmp_path / "home")
    with world.registry.session():
        world.grant("outsider")
        log = world.home.database.with_name("registry.duckdb.wal")
        assert log.exists()
        assert exposed(tmp_path / "home") == []


def test_a_packed_submission_is_private(tmp_path: Path, no_umask: None) -> None:
    submission = tmp_path / "submission"
    submission.mkdir()
    (submission / "model.yaml").write_text("model: a/b\n")
    pack(submission, Home(tmp_path / "home").inbox)
    assert exposed(tmp_path / "home") == []


def test_a_command_creates_a_private_home_whatever_its_umask(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "modelward", "people", "add", "ana", "--name", "Ana"]
    environment = {**os.environ, "MODELWARD_HOME": str(tmp_path / "home")}
    subprocess.run(command, cwd=ROOT, env=environment, umask=0, check=True, capture_output=True)
    assert exposed(tmp_path / "home") == []


def test_a_home_that_an_earlier_version_left_open_is_closed_by_the_next_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = world.home.root
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    Home.here()
    folders = [path for path in (root, *root.iterdir()) if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize("shared", [False, True], ids=["private", "served folder shared"])
def test_another_user_reads_and_locks_nothing(
    shared: bool, folder_for_everybody: Path, no_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder_for_everybody / "home"
    monkeypatch.setenv("MODELWARD_HOME", str(root))
    monkeypatch.setenv("MODELWARD_SERVED_MODE", "0644" if shared else "")
    world = found_world(root)
    write_everything(world)
    Home.here()
    assert as_another_user(READ_AND_LOCK, root) == "[]\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_reads_served_bytes_if_a_setting_shares_them(
    folder_for_everybody: Path, no_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder_for_everybody / "home"
    monkeypatch.setenv("MODELWARD_HOME", str(root))
    monkeypatch.setenv("MODELWARD_SERVED_MODE", "0644")
    write_everything(found_world(root))
    reading = "import json, sys; print(open(json.load(open(sys.argv[1]))['path'], 'rb').read())"
    assert "artifact 1 of" in as_another_user(reading, root / "serving/ops/delay/current.json")
    assert [path for path in exposed(root) if "/serving" not in path] == [str(root)]


def test_one_module_decides_what_others_can_access() -> None:
    """A mode with bits for others, or another umask, must not be set elsewhere."""
    found = []
    for path in (path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")):
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
        words = [one.string for one in tokens if one.type in (tokenize.NUMBER, tokenize.NAME)]
        modes = [one for one in words if one == "umask" or (one.startswith("0o") and int(one, 8) & 0o077)]
        if modes and str(path.relative_to(ROOT)) not in DECIDES:
            found.append((str(path.relative_to(ROOT)), *modes))
    assert sorted(found) == [
        ("data/submission/packing.py", "0o644"),  # in every tar, so that equal files have equal digests
        ("modelward/supervisor/child_process.py", "umask"),  # processes start with the umask of file_access
        ("modelward/supervisor/detached.py", "umask"),
    ]
