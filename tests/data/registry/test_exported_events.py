"""The events of an export are those of the log; events about other models alone are withheld."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from data.audit.body import leaf_hash
from data.audit.export_folder import HashedFile
from data.registry import exported_events
from data.registry.exported_events import stored_documents, write_events
from tests.world import MODEL, World

OTHER = "models/crm/churn"


def written(world: World, model: str = "") -> tuple[list[bytes], list[str]]:
    """Return the lines and the digests of the documents."""
    file = io.BytesIO()
    with world.registry.store.reading() as connection:
        stored = stored_documents(world.home.artifacts, world.home.inbox)
        found = write_events(HashedFile(file), connection, model, stored)
    lines = [line.partition(b"\t")[0] for line in file.getvalue().split(b"\n")[:-1]]
    assert (found.events, found.withheld) == (len(lines), sum(line.startswith(b"leaf ") for line in lines))
    return lines, sorted(found.documents)


def test_every_event_and_every_stored_document_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.measured()
    monkeypatch.setattr(exported_events, "_RANGE", 7)
    lines, documents = written(world)
    assert lines == [line.partition(b"\t")[0] for line in world.home.journal.read_bytes().split(b"\n")[:-1]]
    assert documents == sorted(
        path.name for root in (world.home.artifacts, world.home.inbox) for path in root.glob("sha256/*/*")
    )


def test_an_event_about_another_model_is_a_leaf_unless_it_changes_this_one(world: World) -> None:
    world.version()
    world.version(OTHER)
    whole, documents = written(world)
    lines, own = written(world, MODEL)
    for line, body in zip(lines, whole, strict=True):
        about_other = json.loads(body)["subject"].startswith(OTHER)
        assert line == (b"leaf " + leaf_hash(body).hex().encode() if about_other else body)
    assert set(own) < set(documents)
    assert [line for line in written(world, OTHER)[0] if b"ops/delay" in line] == []


def test_a_body_that_is_no_event_any_more_is_disclosed(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE audit_event SET body = 'spoilt' WHERE seq IN (3, 4)")
    assert written(world, MODEL)[0][3:5] == [b"spoilt", b"spoilt"]


def test_only_files_named_by_a_digest_are_documents(tmp_path: Path) -> None:
    (tmp_path / "sha256/aa").mkdir(parents=True)
    (tmp_path / "sha256/aa/readme").touch()
    (tmp_path / "sha256/aa" / ("a" * 64)).touch()
    assert stored_documents(tmp_path, tmp_path / "nowhere") == {"a" * 64: tmp_path / "sha256/aa" / ("a" * 64)}
