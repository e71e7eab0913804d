"""Only attested backups with a list of their files are pruned; everything else in the folder stays."""

from __future__ import annotations

from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.backup_pruning import prune_backups
from tests.world import World


def test_folders_that_are_no_attested_backups_stay(world: World) -> None:
    context = RunContext(Actor(id="otto"), world.now)
    assert prune_backups(world.registry, 7, context) == []
    for name, content in {"by-hand": '{"files": {"registry/registry.duckdb": "sha256:00"}}', "damaged": "{"}.items():
        (world.home.backups / name).mkdir(parents=True)
        (world.home.backups / name / "backup.json").write_text(content)
    (world.home.backups / "earlier").mkdir()
    assert prune_backups(world.registry, 0, context) == []
    assert sorted(one.name for one in world.home.backups.iterdir()) == ["by-hand", "damaged", "earlier"]
    assert world.events("backup.pruned") == []
