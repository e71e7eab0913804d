"""What every test stands on: no telemetry, a Prefect home of its own, and a fresh MODELWARD_HOME on request."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.world", "tests.lingering_registry"]

# Tests are never timed (how fast it is stands in benchmarks/), and the same tree always gives the same answer.
settings.register_profile("modelward", deadline=None, derandomize=True)
settings.load_profile("modelward")

PREFECT_HOME = pytest.StashKey[str]()
LONG = ("modelward/demo", "docs", "modelward/supervisor", "browser")
"""Folders whose files take minutes: they are begun first, so that no worker ends alone with one of them."""
SERVED = ("flows", "modelward/demo", "docs/test_first_model", "modelward/supervisor/test_up")
"""Folders and files whose tests run flows on a Prefect server, whatever their fixtures are called."""
SLOW = ("data/audit/test_tampering", "data/registry/test_registry_durability", "data/registry/test_registry_rivals")
"""Files that start many processes one after the other."""
SERVER_FIXTURES = {"prefect_server"}
BROWSER_FIXTURES = {"chromium", "visit"}
MEMORY, ROOM = Path("/dev/shm"), 4 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Before anything imports Prefect, which reads its settings then: the person's own profile stays untouched."""
    temporary = fast_folder()
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", temporary)
    config.stash[PREFECT_HOME] = tempfile.mkdtemp(prefix="modelward-tests-", dir=temporary)
    os.environ.update(
        DO_NOT_TRACK="1",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_HOME=config.stash[PREFECT_HOME],
        PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW="ignore",
    )
    for inherited in ("PREFECT_API_URL", "PREFECT_PROFILE", "MODELWARD_HOME"):
        os.environ.pop(inherited, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a server, a browser or long; what takes longest comes first, everything else in its order."""
    for item in items:
        for mark in marks_of(item):
            item.add_marker(mark)
    items.sort(key=lambda item: not place_of(item).startswith(LONG))


def marks_of(item: pytest.Item) -> list[str]:
    """`server`, `browser` and `slow`, as far as they are true of a test: by its fixtures and by its place."""
    fixtures, place = set(getattr(item, "fixturenames", ())), place_of(item)
    found = {
        "server": bool(fixtures & SERVER_FIXTURES) or place.startswith(SERVED),
        "browser": bool(fixtures & BROWSER_FIXTURES),
        "slow": place.startswith((*LONG, *SLOW)),
    }
    return [mark for mark, holds in found.items() if holds]


def place_of(item: pytest.Item) -> str:
    """The file of a test, from this folder."""
    return item.path.relative_to(Path(__file__).parent).as_posix()


def fast_folder() -> str:
    """Memory where there is room: a registry waits for the disk at each command, and tests give thousands of them."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return str(MEMORY) if roomy else tempfile.gettempdir()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The Prefect home goes when the tests are over."""
    shutil.rmtree(config.stash[PREFECT_HOME], ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty MODELWARD_HOME of this test alone."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MODELWARD_HOME", str(folder))
    return folder
