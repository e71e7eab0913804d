"""Attack: somebody changes the cached counts beside the registry, so that monitoring finds no deviation.

Result: Found: each cached count has an HMAC over its name, which contains the digest of the files that were counted.
One that does not fit is deleted, counted again, and named in the monitoring run
Caught in: `data/logs/profile_cache.py`
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.files.content_seal import SEAL_KEY
from data.logs.profile_cache import BEGINNING
from data.registry.commands.monitoring import RecordMonitoring
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.monitor_chunk import monitor_chunk
from tests.monitored_model import ServingModel, deploy_monitored_model
from tests.prediction_logs import DAY, days, midnight
from tests.world import MODEL, Template

END = DAY + days(6)


@pytest.fixture(scope="module")
def counted(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> ServingModel:
    """A model whose week of shifted predictions was counted; each test restores the cache."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        home = tmp_path_factory.mktemp("counted") / "home"
        monitored = deploy_monitored_model(founded.copy(home, monkeypatch))
        monitored.log(DAY, shift={"distance": 1.0}, rows=30)
    return monitored


@pytest.fixture
def monitored(counted: ServingModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServingModel:
    """That model, with its cache as the first measurement left it."""
    monkeypatch.setenv("MODELWARD_HOME", str(counted.world.home.root))
    shutil.rmtree(counted.world.home.profiles, ignore_errors=True)
    measure(counted)
    return counted


def measure(monitored: ServingModel) -> RecordMonitoring:
    """Measure the week; return what would be recorded."""
    as_of = midnight(END + days(4))
    (night,) = monitor_chunk.fn(find_monitored_models.fn([MODEL], END), END, as_of)
    assert night.command is not None, night.reason
    return night.command


def entries(monitored: ServingModel) -> list[Path]:
    return sorted(path for path in monitored.world.home.profiles.glob("*/*"))


def change_a_byte(monitored: ServingModel) -> None:
    for path in entries(monitored):
        content = bytearray(path.read_bytes())
        content[-2] ^= 1
        path.write_bytes(bytes(content))


def swap_names(monitored: ServingModel) -> None:
    first, *others = entries(monitored)
    for path in others:
        path.write_bytes(first.read_bytes())


def seal_with_another_key(monitored: ServingModel) -> None:
    """Count with the key of another home, whose owner can write anything."""
    key = monitored.world.home.keys / SEAL_KEY
    own = key.read_bytes()
    key.write_bytes(bytes(32))
    shutil.rmtree(monitored.world.home.profiles)
    measure(monitored)
    key.write_bytes(own)


def cut_the_code(monitored: ServingModel) -> None:
    for path in entries(monitored):
        path.write_bytes(path.read_bytes()[: len(BEGINNING) + 20])


ATTACKS: dict[str, Callable[[ServingModel], None]] = {
    "a byte of each count changed": change_a_byte,
    "the count of another day": swap_names,
    "counts sealed with another key": seal_with_another_key,
    "counts without their code": cut_the_code,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_measurement_stays_right_and_the_run_names_the_altered_counts(
    monitored: ServingModel, attack: Callable[[ServingModel], None]
) -> None:
    before = measure(monitored)
    attack(monitored)
    after = measure(monitored)
    assert (after.headline, after.rows, after.partitions) == (before.headline, before.rows, before.partitions)
    assert before.faults == ()
    assert "altered cached counts: not as they were written, and counted again" in after.faults[0]
    assert measure(monitored).faults == ()


def test_counts_without_any_code_are_counted_again(monitored: ServingModel) -> None:
    """An earlier version wrote them so; nobody can make them count."""
    before = measure(monitored)
    for path in entries(monitored):
        path.write_bytes(b"{}")
    after = measure(monitored)
    assert (after.headline, after.faults) == (before.headline, ())
