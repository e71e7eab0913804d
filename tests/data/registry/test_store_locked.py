"""The lock of the store while other code opens the database file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data.errors import NestedTransactionError, StoreLockedError
from data.registry.store import Store
from tests.world import World


def rival(world: World) -> Store:
    """Return a store of the same file under another path, so that it behaves like a store in another process."""
    linked = world.home.root.parent / "linked"
    if not linked.exists():
        linked.symlink_to(world.home.root)
    return Store(linked / "registry" / "registry.duckdb", linked / "registry" / "registry.lock", wait_seconds=0.05)


def test_while_the_file_is_locked_others_read_and_nobody_writes(world: World) -> None:
    with world.registry.store.locked():
        with duckdb.connect(str(world.home.database), read_only=True) as connection:
            assert connection.execute("SELECT count(*) FROM audit_event").fetchone() != (0,)
        with pytest.raises(StoreLockedError), rival(world).transaction():
            pass
        with rival(world).reading():
            pass


def test_while_the_lock_is_exclusive_nobody_reads_and_the_error_names_the_holder(world: World) -> None:
    with (
        world.registry.store.locked(exclusive=True),
        pytest.raises(StoreLockedError, match="held by process"),
        rival(world).reading(),
    ):
        pass
    assert world.home.lock.read_text() == ""


def test_a_file_that_this_process_holds_open_is_not_locked(world: World) -> None:
    with world.registry.store.session(), pytest.raises(NestedTransactionError), world.registry.store.locked():
        pass


def test_a_missing_folder_can_be_locked(tmp_path: Path) -> None:
    store = Store(tmp_path / "gone" / "registry.duckdb", tmp_path / "gone" / "registry.lock")
    with store.locked(exclusive=True):
        assert not store.exists()
