"""Recovery writes only a damaged copy, only from a sound registry, and keeps the damaged file."""

from __future__ import annotations

import duckdb
import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.errors import AuditError, InputError
from data.queries.verification import verify_registry
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.recovery import recover_anchors, recover_journal
from data.registry.registry import Registry
from tests.world import World

pytestmark = pytest.mark.closed_registry


def context(world: World) -> RunContext:
    return RunContext(Actor(id="dev"), world.now)


def test_whole_copies_are_left_as_they_are(world: World) -> None:
    with pytest.raises(InputError, match="contains all"):
        recover_journal(Registry(world.home), "nothing", context(world))
    with pytest.raises(InputError, match="every anchor contains"):
        recover_anchors(Registry(world.home), "nothing", context(world))


def test_nothing_is_recovered_from_a_registry_that_fails_verification(world: World) -> None:
    world.home.journal.unlink()
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute("UPDATE audit_event SET actor = 'mallory' WHERE seq = 3")
    with pytest.raises(AuditError, match="event 3: audit_event differs from the event body in actor"):
        recover_journal(Registry(world.home), "lost", context(world))
    assert not world.home.journal.exists()


def test_a_damaged_anchor_is_kept_beside_the_new_one(world: World) -> None:
    whole = world.home.anchor.read_bytes()
    world.home.anchor.write_bytes(whole[:200] + b"\n")
    (recovery,) = recover_anchors(Registry(world.home), "cut by hand", context(world))
    assert recovery.kept is not None
    assert recovery.kept.read_bytes() == whole[:200] + b"\n"
    assert world.home.anchor.read_bytes().startswith(whole)
    assert len(FileAnchor(world.home.anchor).notes()) == len(whole.splitlines()) + 1
    assert verify_registry(Registry(world.home), deep=True).ok


def test_an_anchor_of_a_longer_log_is_not_overwritten(world: World) -> None:
    kept = {path: path.read_bytes() for path in (world.home.database, world.home.journal)}
    world.move(days=1)
    world.requested()
    anchored = world.home.anchor.read_bytes()
    for path, content in kept.items():
        path.write_bytes(content)
    with pytest.raises(AuditError, match="it is an older copy"):
        recover_anchors(Registry(world.home), "shorter", context(world))
    assert world.home.anchor.read_bytes() == anchored
