"""Monitoring many models is one run with few transactions; damaged files or a killed writer lose no result."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, TaskRunFilter, TaskRunFilterName
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import ProcessPoolTaskRunner

from data.audit.verifier import verify
from data.errors import StoreError
from data.files.home import Home
from data.notices.outbox import Outbox
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import model_of
from data.registry.registry import Registry
from flows.monitor_models import monitor_models
from tasks.monitor import chunk_models
from tasks.monitor import monitor_chunk as watching
from tests.fleet import Fleet, add_history, break_files, create_fleet
from tests.transactions import counted_transactions, transactions

ROOT = Path(__file__).parents[2]
MODELS, BROKEN = 12, 3


@pytest.fixture(scope="module")
def fleet_template(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A home with twelve models that serve, three of them with a damaged file."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("fleet") / "home"
        patch.setenv("MODELWARD_HOME", str(root))
        fleet = create_fleet(root, MODELS)
    break_files(root, BROKEN)
    return fleet


@pytest.fixture
def fleet(fleet_template: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A copy of the template for one test; MODELWARD_HOME refers to it."""
    root = tmp_path / "home"
    shutil.copytree(fleet_template.root, root)
    monkeypatch.setenv("MODELWARD_HOME", str(root))
    return fleet_template


def notified_models() -> set[str]:
    """Return the models that a notice is about."""
    return {model_of(one.about) for one in Outbox(Home.here().outbox).notices() if one.kind == "alert"}


def recorded() -> dict[str, MonitoringRun]:
    """Return the recorded runs by model."""
    with Registry.here().reading() as state:
        return {one.model: one for one in state.find(MonitoringRun)}


def assert_complete() -> None:
    """Assert that every model has one run and one event, that only damaged ones page, and that the log verifies."""
    registry, runs = Registry.here(), recorded()
    with registry.reading() as state:
        pages = {one.model for one in state.find(Alert) if one.level == "page"}
    assert len(runs) == MODELS
    assert {model for model, run in runs.items() if run.faults} == pages == notified_models()
    assert len(pages) == BROKEN
    kinds = [json.loads(body)["type"] for body in registry.journal.bodies()]
    assert kinds.count("monitoring.recorded") == MODELS
    report = verify(registry.home.database, registry.home.journal, registry.anchor_files, None, deep=True)
    assert (report.ok, report.findings) == (True, [])


def flow_runs() -> int:
    with get_client(sync_client=True) as client:
        return len(client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["monitor models"]))))


def completed_task_runs(name: str) -> int:
    """Return the number of completed runs of a task on the server."""
    with get_client(sync_client=True) as client:
        found = client.read_task_runs(task_run_filter=TaskRunFilter(name=TaskRunFilterName(like_=name)))
    return sum(one.state_name == "Completed" for one in found)


def test_monitoring_is_one_flow_run_and_one_event_for_each_model(fleet: Fleet) -> None:
    before, runs = Registry.here().journal.size(), flow_runs()
    with counted_transactions() as counts:
        watched = monitor_models(as_of=fleet.night)
    assert [one.model for one in watched] == list(fleet.models)
    assert {one.state for one in watched} == {"recorded"}
    assert sum(bool(one.pages) for one in watched) == BROKEN
    assert flow_runs() - runs == 1
    assert Registry.here().journal.size() - before == MODELS
    assert transactions(counts) <= 10
    assert_complete()


@pytest.mark.long
def test_processes_give_the_same_outcome_as_threads(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_models, "MANY", 2)
    monkeypatch.setattr(chunk_models, "processors", lambda: 2)
    ran: list[int] = []
    monkeypatch.setattr(watching, "monitor_model", lambda *_: ran.append(1))
    runs, tasks = flow_runs(), completed_task_runs("models through")
    with counted_transactions() as counts:
        watched = monitor_models(as_of=fleet.night)
    assert not ran, "nothing was watched in this process"
    assert {one.state for one in watched} == {"recorded"}
    assert sum(bool(one.pages) for one in watched) == BROKEN
    assert flow_runs() - runs == 1
    assert transactions(counts) <= 10
    deadline = time.monotonic() + 60
    while completed_task_runs("models through") - tasks < 2:
        assert time.monotonic() < deadline, "the server did not record the tasks"
        time.sleep(0.5)
    assert_complete()


@pytest.mark.long
def test_after_a_process_died_the_next_run_completes_the_results(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(chunk_models, "_runner", lambda *_: ProcessPoolTaskRunner(2, initializer=os._exit, initargs=(9,)))
        watched = monitor_models(as_of=fleet.night)
    assert {one.state for one in watched} == {"failed"}
    assert {one.model for one in watched} == set(fleet.models)
    assert {one.state for one in monitor_models(as_of=fleet.night)} == {"recorded"}


@pytest.mark.long
def test_a_long_history_does_not_change_the_results(fleet: Fleet) -> None:
    add_history(Home.here().root, 30)
    listed: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        glob = Path.glob
        patch.setattr(Path, "glob", lambda self, pattern: (listed.append(self.name), glob(self, pattern))[1])
        assert {one.state for one in monitor_models(as_of=fleet.night)} == {"recorded"}
    assert {one for one in listed if one.startswith("date=")} == {f"date={fleet.day}"}
    assert listed.count("outbox") == 1
    assert_complete()


def test_monitoring_the_same_window_again_records_nothing(fleet: Fleet) -> None:
    first = monitor_models(as_of=fleet.night)
    before, notices = Registry.here().journal.size(), len(list(Home.here().outbox.iterdir()))
    again = monitor_models(as_of=fleet.night)
    assert again == first
    assert Registry.here().journal.size() == before
    assert len(list(Home.here().outbox.iterdir())) == notices
    assert_complete()


KILLED = """
import os, sys
from datetime import datetime
import tasks.monitor.record_windows as recording
from data.registry.command_batch import CommandBatch
from flows.monitor_models import monitor_models
recording.LARGEST_BATCH = 10
evaluate, count = CommandBatch._evaluated, 0

def dying(self, command):
    global count
    count += 1
    return evaluate(self, command) if count < 12 else os.kill(os.getpid(), 9)

CommandBatch._evaluated = dying
monitor_models(as_of=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.long
def test_a_killed_writer_leaves_whole_batches_and_the_next_run_completes_them(fleet: Fleet) -> None:
    environment = {**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", KILLED, fleet.night.isoformat()]
    died = subprocess.run(command, cwd=ROOT, env=environment, timeout=300, check=False)
    assert died.returncode == -9
    assert set(recorded()) == set(fleet.models[:10])
    assert notified_models() == set()
    assert {one.state for one in monitor_models(as_of=fleet.night)} == {"recorded"}
    assert_complete()


def test_an_unwritable_registry_fails_every_model_and_notifies(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(Registry, "execute_together", full)
        watched = monitor_models(as_of=fleet.night)
    assert {(one.state, one.why.partition(" → ")[0]) for one in watched} == {("failed", "the disk is full")}
    assert notified_models() == set(fleet.models)
    assert recorded() == {}
