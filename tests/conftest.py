"""Set up every test: no telemetry, a separate Prefect home, and a fresh MODELWARD_HOME on request."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

pytest_plugins = [
    "tests.world",
    "tests.exports",
    "tests.open_registry",
    "tests.prefect_server",
    "tests.scanned_in_process",
]

# No test has a deadline (benchmarks/ measure times), and the same source always gives the same result.
settings.register_profile("modelward", deadline=None, derandomize=True)
settings.load_profile("modelward")

PREFECT_HOME = pytest.StashKey[str]()
LONG = ("modelward/demo", "docs", "modelward/supervisor", "browser")
"""Folders whose files take minutes. They start first, so that no worker is left alone with one of them at the end."""
SHARED_SERVER = (
    "flows",
    "modelward/commands/test_doctor",
    "modelward/commands/test_lifecycle",
    "modelward/commands/test_release",
    "modelward/runs",
    "modelward/supervisor/test_stale_runs",
    "modelward/test_bad_",
)
"""Folders and files whose tests use the Prefect server of the test process. One process runs all of them and starts it
once: each server takes ten seconds of CPU to start, and more while it waits."""
OWN_SERVER = ("modelward/demo", "docs/test_first_model", "modelward/supervisor/test_up")
"""Folders and files whose tests start a Prefect server of their own."""
SERVED = ("flows", *OWN_SERVER)
"""Folders and files whose tests run flows on a Prefect server, whatever the names of their fixtures are."""
SLOW = (
    "attacks/test_export",
    "data/audit/test_tampering",
    "data/audit/test_verifier",
    "data/queries",
    "data/registry/rules/test_decision_attacks",
    "data/registry/rules/test_deployment",
    "data/registry/rules/test_emergency",
    "data/registry/rules/test_monitoring",
    "data/registry/rules/test_operation",
    "data/registry/rules/test_retirement",
    "data/registry/test_command_batch",
    "data/registry/test_eligible_approvers",
    "data/registry/test_migration",
    "data/registry/test_registry_durability",
    "data/registry/test_registry_rivals",
    "modelward/cli/test_submission_preview",
    "modelward/commands",
    "modelward/web",
    "foreign",
    "structure",
    "tampering",
    "tasks",
    "views/forms/test_approval_form",
    "views/pages/test_drawn_runs",
    "views/pages/test_due",
    "views/pages/test_render",
    "views/pages/test_site",
    "views/pages/test_timeline",
)
"""Folders and files whose tests take long together: many commands of a registry, or processes."""
COVERED = ("data", "gates", "monitoring")
"""Folders whose tests alone reach the coverage that `make test` requires; tracing costs a fifth of a test's CPU."""
SERVER_FIXTURES = {"prefect_server"}
BROWSER_FIXTURES = {"chromium", "visit"}
MEMORY, ROOM = Path("/dev/shm"), 4 << 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `make coverage`."""
    parser.addoption(
        "--cov-everywhere", action="store_true", help="measure coverage in every test, not in a few folders"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set Prefect's environment before it is imported and reads it; the user's own profile is not used."""
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
    """Mark tests that need a server, a browser or minutes; run those with the shared server and the longest first."""
    for item in items:
        for mark in marks_of(item):
            item.add_marker(mark)
        is_shared = place_of(item).startswith(SHARED_SERVER)
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())) and not is_shared:
            raise pytest.UsageError(f"add {place_of(item)} to SHARED_SERVER: its tests use the shared Prefect server")
    items.sort(key=lambda item: (not place_of(item).startswith(SHARED_SERVER), not place_of(item).startswith(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage, if it is measured at all, in the tests of `COVERED` alone."""
    controller = getattr(item.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if controller is None or item.config.getoption("cov_everywhere") or place_of(item).startswith(COVERED):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Distribute whole files over the processes, and all files that share the Prefect server to the same process."""
    return SharedServerScheduling(config, log)


class SharedServerScheduling(LoadFileScheduling):
    """Distributes whole files; the files that share the Prefect server count as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "the Prefect server" if file.removeprefix("tests/").startswith(SHARED_SERVER) else file


def marks_of(item: pytest.Item) -> list[str]:
    """Return the marks `server`, `browser` and `slow` that a test's fixtures and its file require."""
    fixtures, place = set(getattr(item, "fixturenames", ())), place_of(item)
    found = {
        "server": bool(fixtures & SERVER_FIXTURES) or place.startswith(SERVED),
        "browser": bool(fixtures & BROWSER_FIXTURES),
        "slow": place.startswith((*LONG, *SLOW)),
    }
    return [mark for mark, holds in found.items() if holds]


def place_of(item: pytest.Item) -> str:
    """Return the path of a test's file, relative to this folder."""
    return item.path.relative_to(Path(__file__).parent).as_posix()


def fast_folder() -> str:
    """Return a folder in memory if it has room: a registry waits for the disk at each of thousands of commands."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return str(MEMORY) if roomy else tempfile.gettempdir()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the Prefect home after the tests."""
    shutil.rmtree(config.stash[PREFECT_HOME], ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty MODELWARD_HOME for this test only."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MODELWARD_HOME", str(folder))
    return folder
