"""The tables of an export hold every row, as JSON lines with decoded values and as Parquet with the stored text."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import rfc8785

from data.audit.export_folder import ExportFolder
from data.records.model import Model
from data.records.person import Person
from data.records.tables import TABLES
from data.registry import exported_tables
from data.registry.exported_tables import write_tables
from tests.world import MODEL, World


def written(world: World, folder: Path, model: str = "") -> Path:
    with world.registry.store.reading() as connection:
        count = write_tables(ExportFolder(folder), connection, model)
    assert count == sum(path.read_bytes().count(b"\n") for path in folder.glob("tables/*.jsonl"))
    return folder / "tables"


def test_every_table_is_written_twice(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world.model()
    monkeypatch.setattr(exported_tables, "_BATCH", 3)
    tables = written(world, tmp_path / "out")
    assert {path.stem for path in tables.glob("*.jsonl")} == {kind.table for kind in TABLES}
    people = [Person.model_validate_json(line) for line in (tables / "person.jsonl").read_bytes().splitlines()]
    assert people == world.find(Person)
    parquet = pq.read_table(tables / "model.parquet").to_pylist()
    (row,) = [json.loads(line) for line in (tables / "model.jsonl").read_bytes().splitlines()]
    assert Model.model_validate(row) == world.get(Model, MODEL)
    assert parquet[0]["columns"] == rfc8785.dumps(row["columns"]).decode()


def test_only_the_rows_of_a_model_are_written(world: World, tmp_path: Path) -> None:
    world.version()
    world.version("models/ops/delayed")
    tables = written(world, tmp_path / "out", MODEL)
    keys = [json.loads(line)["key"] for path in tables.glob("*.jsonl") for line in path.read_bytes().splitlines()]
    assert len(keys) > 5
    assert all(key == MODEL or key.startswith(f"{MODEL}/") for key in keys)


def test_a_cell_that_was_changed_behind_the_application_is_written_as_text(world: World, tmp_path: Path) -> None:
    world.model()
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE model SET columns = '{', tier = 9223372036854775807")
    line = (written(world, tmp_path / "out") / "model.jsonl").read_bytes()
    assert json.loads(line)["tier"] == "9223372036854775807"
