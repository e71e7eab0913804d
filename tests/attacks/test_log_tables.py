"""Attack: the newest checkpoint is removed from an anchor, or a table beside the events is edited, so that the next
write starts from something else than what was signed.

Result: Found by the verification, not only refused by the next write: an anchor has what it confirmed, and each stored
frontier is that of the events.
Caught in: `data/audit/verifier/log_tables.py`
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.verifier.report import Discrepancy
from data.queries.verification import verify_registry
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


@pytest.fixture
def anchored(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry with a second anchor in another folder."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    (tmp_path / "drive").mkdir()
    world.registry = Registry(
        world.home, [FileAnchor(world.home.anchor), FileAnchor(tmp_path / "drive" / "notes.txt", "off-host")]
    )
    world.grant("outsider", "operator")
    return world


def findings(world: World) -> list[Discrepancy]:
    return verify_registry(world.registry, deep=False).findings


def edit(world: World, statement: str) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("number", [0, 1])
def test_an_anchor_without_the_newest_checkpoint_that_it_confirmed_is_found(anchored: World, number: int) -> None:
    path = anchored.registry.anchor_files[number][1]
    lines = path.read_bytes().splitlines(keepends=True)
    assert findings(anchored) == []
    path.write_bytes(b"".join(lines[:-1]))
    (finding,) = findings(anchored)
    assert f"the anchor {path.name} ends at size " in finding.what
    assert finding.table == "anchor_confirmation"


def test_an_anchor_that_confirmed_nothing_yet_may_lack_the_newest_checkpoint(anchored: World) -> None:
    """So it is after a crash between the checkpoint in the database and the one in the anchor."""
    path = anchored.registry.anchor_files[1][1]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    edit(anchored, "DELETE FROM anchor_confirmation WHERE anchor = 'off-host:notes.txt'")
    assert findings(anchored) == []


@pytest.mark.parametrize(
    "frontier", ["left(frontier, 16)", "replace(frontier, right(frontier, 8), '00000000')", "NULL"]
)
def test_an_edited_frontier_is_found(anchored: World, frontier: str) -> None:
    edit(anchored, f"UPDATE checkpoint SET frontier = {frontier} WHERE size = (SELECT max(size) FROM checkpoint)")
    (finding,) = findings(anchored)
    assert (finding.what, finding.table) == ("the frontier is not that of the events", "checkpoint")
