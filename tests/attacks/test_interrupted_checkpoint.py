"""Attack: a writer is killed, or the power fails, before a checkpoint of DuckDB or within a block that it overwrites.

Result: Prevented before it: nothing is lost; within it refused, and `audit rebuild` restores all events and rows
Caught in: `data/files/database_file.py`, `data/registry/store_connection.py`, `data/registry/reconstruction.py`
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from data.errors import StoreError
from data.queries.verification import verify_registry
from data.records.person import Role
from data.registry.commands.log import RecordRefusal
from data.registry.commands.person import AddPerson
from data.registry.reconstruction import rebuild_registry, same_tables
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry
HEADERS_BYTES = 3 * 4096
BLOCK_BYTES = 262_144


@pytest.fixture
def killed(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry as a killed writer leaves it: the last event is in the write-ahead log only."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    database = world.home.database
    with world.registry.session():
        world.do(AddPerson(person="nora", printed_name="Nora North", proof=world.proof("adam")), by="adam")
        for name in (database.name, f"{database.name}.wal"):
            shutil.copy(database.with_name(name), tmp_path / name)
    for name in (database.name, f"{database.name}.wal"):
        shutil.copy(tmp_path / name, database.with_name(name))
    return world


def test_what_a_killed_writer_recorded_can_be_used_in_the_next_decision(killed: World) -> None:
    Registry(killed.home).checkpoint()
    killed.grant("nora", Role.OPERATOR)
    assert verify_registry(Registry(killed.home), deep=True).ok


def test_a_row_that_an_earlier_version_lost_from_an_index_is_still_found(
    killed: World, caplog: pytest.LogCaptureFixture
) -> None:
    duckdb.connect(str(killed.home.database)).close()  # replays the log, and stores the index without it
    killed.grant("nora", Role.OPERATOR)
    assert "not in the index row_image_by_key" in caplog.text
    assert verify_registry(Registry(killed.home), deep=True).ok


@pytest.fixture
def incomplete(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry whose last checkpoint ended in the middle of a block; `sound` beside it is the file of a whole one."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    database = world.home.database
    before, log = tmp_path / "before", tmp_path / "log"
    with world.registry.session():
        world.do(RecordRefusal(about="log", attempted="a command", code="test", reason="a test"), by="adam")
        shutil.copy(database, before)
        shutil.copy(f"{database}.wal", log)
    shutil.copy(database, tmp_path / "sound")
    assert overwrite_half_of_each_shared_block(before, database)
    shutil.copy(log, f"{database}.wal")
    return world


def overwrite_half_of_each_shared_block(before: Path, database: Path) -> int:
    """Leave the old header and, of each block that the checkpoint overwrote, one half of each state; count the blocks.

    DuckDB writes its blocks of metadata in place, and the header after them: so a block that the old header uses is
    half old and half new after a kill or a loss of power in that moment, and its checksum does not fit.
    """
    old, new = before.read_bytes(), database.read_bytes()
    content, half, count = bytearray(old), BLOCK_BYTES // 2, 0
    for place in range(HEADERS_BYTES, len(old), BLOCK_BYTES):
        if old[place : place + half] != new[place : place + half]:
            content[place : place + half] = new[place : place + half]
            count += 1
    database.write_bytes(content)
    return count


def test_an_incomplete_file_is_refused_with_the_command_that_restores_it_and_stays_unchanged(incomplete: World) -> None:
    content = incomplete.home.database.read_bytes()
    for act in (lambda: Registry(incomplete.home).head(), lambda: Registry(incomplete.home).checkpoint()):
        with pytest.raises(StoreError, match="checksum") as refused:
            act()
        assert "`modelward audit rebuild`, which keeps this file" in str(refused.value)
    assert incomplete.home.database.read_bytes() == content


def test_an_incomplete_file_is_rebuilt_with_every_event_and_row_and_kept_with_its_write_ahead_log(
    incomplete: World, tmp_path: Path
) -> None:
    content = incomplete.home.database.read_bytes()
    rebuilt = rebuild_registry(Registry(incomplete.home))
    assert [one.name.partition(".damaged-")[0] for one in rebuilt.kept] == ["registry.duckdb.wal", "registry.duckdb"]
    assert rebuilt.kept[1].read_bytes() == content
    assert same_tables(tmp_path / "sound", incomplete.home.database)
    report = verify_registry(Registry(incomplete.home), deep=True)
    assert report.ok, report.findings


def test_a_write_ahead_log_whose_file_was_moved_away_does_not_spoil_the_rebuilt_file(
    incomplete: World, tmp_path: Path
) -> None:
    incomplete.home.database.rename(tmp_path / "moved")
    assert [one.name.partition(".damaged-")[0] for one in rebuild_registry(Registry(incomplete.home)).kept] == [
        "registry.duckdb.wal"
    ]
    assert verify_registry(Registry(incomplete.home), deep=True).ok
