"""Rebuilding a lost database from the journal gives back every table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from data.audit.body import GENESIS_PREV, canonical
from data.audit.journal import Journal
from data.audit.rebuild import rebuild
from data.errors import AuditError, JournalError, StoreError
from tests.data.audit.conftest import CreateTables

if TYPE_CHECKING:
    from tests.data.audit.conftest import Toy


def contents(database: Path) -> dict[str, list[Any]]:
    """Return every table with its rows, in a fixed order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {table: sorted(connection.execute(f"FROM {table}").fetchall(), key=repr) for table in tables}


def test_a_rebuilt_database_equals_the_lost_one(toy: Toy, create_tables: CreateTables) -> None:
    lost = contents(toy.database)
    toy.database.unlink()
    assert rebuild(toy.journal, toy.database, create_tables, [toy.anchor]) == 13
    assert contents(toy.database) == lost
    assert toy.verify().ok


def test_a_migrated_registry_is_rebuilt_with_its_last_schema(toy: Toy, create_tables: CreateTables) -> None:
    toy.migrate()
    values = {"owner": "sky", "tier": 1, "uses": [], "added": "later"}
    toy.append("model.amended", "models/flights", {"table": "model", "key": "flights", "rev": 3, "values": values})
    lost = contents(toy.database)
    toy.database.unlink()
    assert rebuild(toy.journal, toy.database, create_tables, [toy.anchor]) == 15
    assert contents(toy.database) == lost
    assert toy.verify().ok


def test_a_number_too_large_for_an_integer_is_rebuilt(toy: Toy, create_tables: CreateTables) -> None:
    values = {"owner": "a", "tier": 1, "uses": [1e16, 12]}
    toy.append("model.registered", "models/big", {"table": "model", "key": "big", "rev": 1, "values": values})
    lost = contents(toy.database)
    rebuild(toy.journal, toy.home / "new.duckdb", create_tables, [toy.anchor])
    assert contents(toy.home / "new.duckdb") == lost


def test_without_anchors_only_the_checkpoints_are_missing(toy: Toy, create_tables: CreateTables) -> None:
    rebuild(toy.journal, toy.home / "new.duckdb", create_tables)
    assert contents(toy.home / "new.duckdb") == contents(toy.database) | {"checkpoint": []}


def test_a_shortened_journal_is_rebuilt_and_verification_finds_the_loss(toy: Toy, create_tables: CreateTables) -> None:
    toy.edit_lines(toy.journal.path, lambda lines: lines[:11])
    toy.database.unlink()
    assert rebuild(toy.journal, toy.database, create_tables, [toy.anchor]) == 11
    report = toy.verify()
    assert (report.ok, report.first_bad_seq, report.anchored) == (False, 11, 9)


def test_an_existing_file_is_not_overwritten(toy: Toy, create_tables: CreateTables) -> None:
    with pytest.raises(StoreError, match="exists already"):
        rebuild(toy.journal, toy.database, create_tables)


def no_file_left(toy: Toy) -> bool:
    return not list(toy.home.glob("*new.duckdb*"))


def test_an_empty_journal_is_refused(toy: Toy, create_tables: CreateTables) -> None:
    with pytest.raises(JournalError, match="contains no event"):
        rebuild(Journal(toy.home / "none.jsonl"), toy.home / "new.duckdb", create_tables)
    assert no_file_left(toy)


BROKEN = {
    "a line taken out": (lambda lines: lines[:3] + lines[4:], "line 4 of the journal does not follow"),
    "a line edited": (lambda lines: [lines[0].replace(b"wall", b"Wall"), *lines[1:]], "line 2 of the journal"),
    "a line that is not JSON": (lambda lines: [*lines, b"!"], "line 14 of the journal is not an event"),
    "a line that is no event": (lambda lines: [*lines, b"[]"], "line 14 of the journal is not an event"),
    "a line with too little": (lambda lines: [canonical({"seq": 0, "prev": GENESIS_PREV})], "line 1 of the journal is"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_journal_is_refused_with_the_line_number(
    toy: Toy, create_tables: CreateTables, edit: Callable[[list[bytes]], list[bytes]], says: str
) -> None:
    toy.edit_lines(toy.journal.path, edit)
    with pytest.raises(JournalError, match=says):
        rebuild(toy.journal, toy.home / "new.duckdb", create_tables)
    assert no_file_left(toy)


def test_a_schema_without_a_needed_table_is_refused(toy: Toy) -> None:
    with pytest.raises(StoreError, match="cannot be rebuilt"):
        rebuild(toy.journal, toy.home / "new.duckdb", lambda connection, schema: None)
    assert no_file_left(toy)


def test_an_anchor_without_valid_checkpoints_is_refused(toy: Toy, create_tables: CreateTables) -> None:
    toy.anchor.append("no checkpoint")
    with pytest.raises(AuditError, match="signed note"):
        rebuild(toy.journal, toy.home / "new.duckdb", create_tables, [toy.anchor])
    assert no_file_left(toy)
