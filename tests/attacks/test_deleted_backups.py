"""Attack: somebody deletes, renames or exchanges a backup, so that an older state cannot be compared or restored.

Result: Found: the attestation gives the name of its backup, which must be there until an event says that it was pruned
or lost; the newest are never pruned
Caught in: `data/audit/verifier/backups.py`, `data/registry/rules/log.py`
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.audit.verifier.judges import attestations
from data.errors import IllegalMoveError, InputError
from data.files.artifacts import file_digest
from data.queries.verification import verify_registry
from data.records.log import Attestation
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.backup import backup_registry
from data.registry.backup_pruning import LEAVING, prune_backups
from data.registry.commands.log import Attest, PruneBackup
from data.registry.registry import Registry
from data.registry.rules import log
from modelward.__main__ import app
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry
FEWEST = 2


@pytest.fixture(scope="module")
def world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A home with four attested backups; the newest two are never pruned. The tests run in their order."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(log, "FEWEST_BACKUPS", FEWEST)
        monkeypatch.setattr(attestations, "FEWEST", FEWEST)
        world = founded.copy(tmp_path_factory.mktemp("attested") / "home", monkeypatch)
        for number in range(1, 5):
            attest(world, f"registry-{number}")
        yield world


def attest(world: World, name: str) -> None:
    world.move(days=1)
    digest = file_digest(backup_registry(world.registry, world.home.backups / name).database)
    figures = {"events": 9, "anchored": 9, "assurance": "local", "restored_root": digest}
    world.do(Attest(backup_digest=digest, backup=name, **figures))


def findings(world: World) -> list[str]:
    return [one.what for one in verify_registry(Registry(world.home), deep=True).findings]


def missing(name: str, number: int) -> str:
    return f"the backup {name} of attestations/{number} is missing, and no event says that it was pruned or lost"


def test_a_deleted_and_a_renamed_backup_are_found(world: World, tmp_path: Path) -> None:
    assert findings(world) == []
    backups = world.home.backups
    backups.joinpath("registry-4").rename(tmp_path / "kept")
    backups.joinpath("registry-3").rename(backups / "registry-5")
    assert findings(world) == [missing("registry-3", 3), missing("registry-4", 4)]
    backups.joinpath("registry-5").rename(backups / "registry-3")
    (tmp_path / "kept").rename(backups / "registry-4")


def test_an_older_backup_under_the_name_of_the_newest_is_found(world: World, tmp_path: Path) -> None:
    backups = world.home.backups
    backups.joinpath("registry-4").rename(tmp_path / "kept")
    shutil.copytree(backups / "registry-1", backups / "registry-4")
    assert findings(world) == ["the backup registry-4: its database is not the one that attestations/4 names"]
    shutil.rmtree(backups / "registry-4")
    (tmp_path / "kept").rename(backups / "registry-4")


def test_the_backup_of_another_attestation_cannot_be_pruned_with_it(world: World) -> None:
    with pytest.raises(InputError, match="the backup of attestations/1 is registry-1, not registry-4"):
        world.do(PruneBackup(attestation="attestations/1", backup="registry-4"))
    with pytest.raises(IllegalMoveError, match="belongs to the newest 2, which are kept"):
        world.do(PruneBackup(attestation="attestations/3", backup="registry-3"))


def test_pruned_backups_have_an_event_and_are_no_finding(world: World) -> None:
    context = RunContext(Actor(id="otto"), world.now)
    (world.home.backups / f"{LEAVING}rest").mkdir()
    assert prune_backups(world.registry, 3, context) == ["registry-1"]
    assert sorted(path.name for path in world.home.backups.iterdir()) == ["registry-2", "registry-3", "registry-4"]
    (event,) = world.events("backup.pruned")
    digest = world.get(Attestation, "attestations/1").backup_digest
    assert (event["subject"], event["data"]) == ("attestations/1", {"backup": "registry-1", "digest": digest})
    assert (findings(world), prune_backups(world.registry, 3, context)) == ([], [])


def test_after_a_crash_between_event_and_deletion_the_next_call_deletes(world: World) -> None:
    world.do(PruneBackup(attestation="attestations/2", backup="registry-2"))
    assert findings(world) == []
    assert prune_backups(world.registry, FEWEST, RunContext(Actor(id="otto"), world.now)) == ["registry-2"]
    assert len(world.events("backup.pruned")) == 2


def test_a_lost_backup_is_a_finding_until_a_person_records_why(world: World) -> None:
    lost = world.home.backups / "registry-3"
    command = ["recover", "backup", "registry-3", "--reason", "the disk failed", "--by", "otto", "--json"]
    assert CliRunner().invoke(app, command).exit_code == 2  # it is there
    shutil.rmtree(lost)
    assert findings(world) == [missing("registry-3", 3)]
    recorded = CliRunner().invoke(app, command)
    assert recorded.exit_code == 0, recorded.output
    assert world.events("log.recovered")[-1]["data"]["reason"] == "the disk failed"
    assert json.loads(recorded.stdout)["type"] == "log.recovered"
    assert findings(world) == []
