"""An export is complete or absent, is taken at one moment, and verifies with the file that it contains."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data.audit import keys
from data.audit.standalone.export_verification import verify_export
from data.audit.standalone_file import standalone_verifier
from data.errors import AuditError, MissingRegistryError, SigningKeyError, StoreError
from data.files.home import Home
from data.records.tables import TABLES
from data.registry import export as module
from data.registry.export import export_registry
from data.registry.registry import Registry
from tests.exports import Exports, each_bare_python, run_verifier
from tests.world import MODEL, World


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


@each_bare_python()
def test_the_export_of_everything_verifies_on_a_bare(python: str, exports: Exports) -> None:
    ran = run_verifier(exports.everything, python=python)
    assert (ran.stdout.split("\n")[0], ran.stderr, ran.returncode) == ("THE EXPORT IS VERIFIED", "", 0)


def test_an_export_contains_every_event_document_and_row(exports: Exports) -> None:
    folder, world = exports.everything, exports.world
    report = verify_export(folder)
    events = world.events()
    assert (report.ok, report.events, report.withheld) == (True, len(events), 0)
    assert report.documents == len(list(folder.glob("documents/*/*"))) > 5
    assert (folder / "verify.py").read_bytes() == standalone_verifier()
    for kind in TABLES:
        rows = lines_of(folder / f"tables/{kind.table}.jsonl")
        assert [kind.model_validate(row) for row in rows] == sorted(world.find(kind), key=lambda row: row.key.encode())
        assert pq.read_table(folder / f"tables/{kind.table}.parquet").column("key").to_pylist() == [
            row["key"] for row in rows
        ]


def test_the_export_of_a_model_withholds_the_events_of_other_models(exports: Exports) -> None:
    text = b"".join(path.read_bytes() for path in exports.model.rglob("*") if path.is_file())
    assert MODEL.encode() in text
    assert b"models/crm" not in text
    assert b"models/risk" not in text
    report = verify_export(exports.model)
    others = [one for one in exports.world.events() if one["subject"].startswith(("models/c", "models/r"))]
    assert (report.ok, report.withheld) == (True, len(others))
    assert any("withheld" in sentence for sentence in report.not_proved)
    models = [row["key"] for row in lines_of(exports.model / "tables/model.jsonl")]
    assert models == [MODEL]


def test_the_whole_log_can_be_disclosed_with_one_model(exports: Exports) -> None:
    report = verify_export(exports.model_whole_log)
    assert (report.ok, report.withheld, report.scope) == (True, 0, MODEL)
    assert b"models/crm" in (exports.model_whole_log / "log/journal.jsonl").read_bytes()


def test_every_file_of_an_export_is_private(exports: Exports) -> None:
    modes = {path.stat().st_mode & 0o777 for path in exports.everything.rglob("*") if path.is_file()}
    folders = {path.stat().st_mode & 0o777 for path in (exports.everything, *exports.everything.rglob("*"))} - modes
    assert (modes, folders) == ({0o600}, {0o700})


def test_an_archive_contains_the_same_files(world: World, tmp_path: Path) -> None:
    done = export_registry(world.registry, tmp_path / "out", packed=True)
    assert done.archive == tmp_path / "out.tar.gz"
    with tarfile.open(done.archive) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert verify_export(tmp_path / "unpacked" / "out").ok
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "out", "out.tar.gz", "unpacked"]


def test_a_damaged_registry_is_exported_as_it_is_and_its_report_says_so(world: World, tmp_path: Path) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE person SET email = 'eve@example.org' WHERE person = 'adam'")
    report = export_registry(world.registry, tmp_path / "out").report
    assert [(one.place, report.ok) for one in report.faults] == [("tables/person.jsonl", False)]
    assert "people/adam" in report.faults[0].what


def test_a_cell_that_no_event_can_contain_is_exported_as_text(world: World, tmp_path: Path) -> None:
    world.version()
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE dataset SET rows = 9223372036854775807, columns = '{'")
    report = export_registry(world.registry, tmp_path / "out").report
    assert {one.place for one in report.faults} >= {"tables/dataset.jsonl"}


def test_the_seals_of_an_export_are_verified(exports: Exports) -> None:
    report = verify_export(exports.everything, deep=True)
    assert (report.ok, report.sealed, report.unsigned) == (True, report.events, 0)
    assert verify_export(exports.everything).sealed == report.events - report.signed


def test_a_replaced_key_signs_no_export(world: World, tmp_path: Path) -> None:
    keys.load_or_create(tmp_path / "other", world.registry.head().origin)
    shutil.copyfile(tmp_path / "other" / keys.LOG_KEY, world.home.keys / keys.LOG_KEY)
    with pytest.raises(SigningKeyError, match="not the key that the log declares"):
        export_registry(world.registry, tmp_path / "out")
    assert not (tmp_path / "out").exists()


FAILURES = {
    "the disk is full": OSError(28, "No space left on device"),
    "it is interrupted": KeyboardInterrupt(),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_nothing_is_left_when(
    failure: BaseException, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(module, "standalone_verifier", fail)
    with pytest.raises((StoreError, KeyboardInterrupt)):
        export_registry(world.registry, tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def test_an_existing_folder_or_archive_is_never_overwritten(world: World, tmp_path: Path) -> None:
    (tmp_path / "out.tar.gz").touch()
    with pytest.raises(StoreError, match="exists already"):
        export_registry(world.registry, tmp_path / "out", packed=True)
    with pytest.raises(StoreError, match="exists already"):
        export_registry(world.registry, world.home.root)


def test_there_must_be_a_registry_with_a_first_event(world: World, tmp_path: Path) -> None:
    with pytest.raises(MissingRegistryError):
        export_registry(Registry(Home(tmp_path / "nowhere")), tmp_path / "out")
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE audit_event SET body = 'x' WHERE seq = 0")
    with pytest.raises(AuditError, match="first event"):
        export_registry(world.registry, tmp_path / "out")
