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
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

PREFECT_HOME = pytest.StashKey[str]()
LONG = ("modelward/demo", "docs", "modelward/supervisor", "browser")
"""Folders whose files take minutes: they are begun first, so that no worker ends alone with one of them."""
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
    """What takes longest first; everything else in its order."""
    here = Path(__file__).parent
    items.sort(key=lambda one: not one.path.relative_to(here).as_posix().startswith(LONG))


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
