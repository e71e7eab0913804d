"""Logs that must verify: logs of every kind, wherever they are copied, with the assurance in the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.audit.anchors.file_anchor import FileAnchor
from data.audit.keys import SigningKey
from data.audit.verifier import verification
from data.audit.verifier.__main__ import main

if TYPE_CHECKING:
    from tests.data.audit.conftest import Toy

LOG_VKEY = "@"


def test_a_copied_home_verifies(toy: Toy, tmp_path: Path) -> None:
    before = toy.verify()
    shutil.move(toy.home, tmp_path / "it's elsewhere")
    assert before.ok
    assert type(toy)(tmp_path / "it's elsewhere").verify() == before


def test_verifying_changes_nothing(toy: Toy) -> None:
    before = {path: path.read_bytes() for path in toy.home.rglob("*") if path.is_file()}
    toy.verify()
    assert {path: path.read_bytes() for path in toy.home.rglob("*") if path.is_file()} == before


def test_a_log_with_only_genesis_verifies(empty: Toy) -> None:
    report = empty.create().verify()
    assert (report.ok, report.events, report.anchored, report.assurance) == (True, 1, 1, "local")


def test_events_after_the_last_checkpoint_are_not_anchored_yet(toy: Toy) -> None:
    toy.append("command.refused", "models/flights")
    report = toy.verify()
    assert (report.ok, report.events, report.anchored) == (True, 14, 13)


def test_a_latest_checkpoint_missing_from_the_anchor_is_not_a_finding(toy: Toy) -> None:
    toy.append("command.refused", "models/flights")
    toy.checkpoint(anchored=False)
    report = toy.verify()
    assert (report.ok, report.anchored) == (True, 13)


def test_a_replay_registry_may_have_past_effective_times(empty: Toy) -> None:
    empty.create(clock="replay", effective_at="2013-01-01T00:00:00.000000Z")
    empty.append("model.registered", "models/m", effective_at="2013-04-01T00:00:00.000000Z")
    empty.checkpoint()
    assert empty.verify().findings == []


def test_without_declared_tables_the_row_images_are_checked(empty: Toy, write_events: Callable[[Toy], None]) -> None:
    write_events(empty.create(declared=False))
    assert empty.verify().findings == []
    empty.sql("ALTER TABLE model ADD COLUMN extra VARCHAR")
    empty.sql("INSERT INTO waiver VALUES ('w', 1, 'r')")
    assert {finding.table for finding in empty.verify().findings} == {"model", "waiver"}


def test_a_migration_declares_the_new_schema(toy: Toy, written: Toy) -> None:
    tables = json.loads(written.bodies()[0])["data"]["tables"]
    tables["model"]["added"] = "VARCHAR"
    toy.sql("ALTER TABLE model ADD COLUMN added VARCHAR", "INSERT INTO schema_version VALUES (2, '0002_added')")
    assert not toy.verify().ok
    names = ["0001_first", "0002_added"]
    toy.append("log.migrated", "log", data={"schema": 2, "migrations": names, "tables": tables})
    assert toy.verify().findings == []


MIGRATED: dict[str, tuple[Callable[[Toy], object], int | None, str, str]] = {
    "another name for an earlier migration": (
        lambda toy: toy.migrate(migrations=["0001_other", "0002_added"]), 13, "", "those declared before",
    ),
    "an event that does not declare a table": (
        lambda toy: toy.migrate(tables={"model": {"key": "VARCHAR", "rev": "BIGINT"}}), None, "waiver", "no such table",
    ),
    "a column slipped in beside the migration": (
        lambda toy: (toy.sql("ALTER TABLE waiver ADD COLUMN extra VARCHAR"), toy.migrate()), None, "waiver",
        "column extra",
    ),
    "a migration without its event": (
        lambda toy: toy.migrate(recorded=False), None, "schema_version", "2 listed, 1 declared",
    ),
    "an event without its migration": (
        lambda toy: (toy.migrate(), toy.sql("ALTER TABLE model DROP COLUMN added")), None, "model",
        "column added is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change,seq,table,what", MIGRATED.values(), ids=MIGRATED)
def test_the_schema_is_compared_with_the_migration_event(
    change: Callable[[Toy], object], seq: int | None, table: str, what: str, toy: Toy
) -> None:
    change(toy)
    report = toy.verify()
    assert report.first_bad_seq == seq
    assert [one for one in report.findings if what in one.what and one.table == (table or one.table)], report.findings


def test_a_rotated_key_is_valid_from_the_size_that_includes_the_rotation(toy: Toy, new_key: SigningKey) -> None:
    toy.rotate(new_key)
    toy.checkpoint()
    report = toy.verify()
    assert (report.findings, report.anchored) == ([], 14)


def test_a_lost_key_is_replaced_by_the_recovery_key(toy: Toy, new_key: SigningKey, recovery_key: SigningKey) -> None:
    toy.rotate(new_key, by=recovery_key)
    toy.checkpoint()
    assert toy.verify().findings == []


def test_a_log_stored_out_of_order_verifies(toy: Toy) -> None:
    """The rows may lie in the file as they like."""
    toy.sql(
        "CREATE TABLE other AS FROM audit_event ORDER BY seq DESC",
        "DELETE FROM audit_event",
        "INSERT INTO audit_event FROM other ORDER BY seq DESC",
        "DROP TABLE other",
    )
    assert toy.verify().findings == []


def test_the_best_anchor_that_proves_something_gives_the_assurance(toy: Toy) -> None:
    elsewhere, seen = toy.home / "elsewhere.txt", toy.home / "witnessed.txt"
    shutil.copy(toy.anchor_path, elsewhere)
    anchors = [("local", toy.anchor_path), ("off-host", elsewhere)]
    assert toy.verify(anchors=anchors).assurance == "off-host"
    for note in toy.anchor.notes():
        text, _, lines = note.rpartition("\n\n")
        FileAnchor(seen).append(f"{text}\n\n{lines}— witness.example AAAAAAAA\n")
    assert toy.verify(anchors=[*anchors, ("witnessed", seen)]).assurance == "witnessed"


def test_an_anchor_that_proves_nothing_gives_no_assurance(toy: Toy) -> None:
    toy.anchor_path.write_bytes(b'"nothing"\n')
    report = toy.verify()
    assert (report.ok, report.anchored, report.assurance) == (False, 0, "none")


def test_the_trusted_key_must_be_the_key_of_genesis(toy: Toy) -> None:
    assert toy.verify(trusted_vkey=toy.key.vkey).ok


def test_events_too_large_for_little_memory_are_verified_with_more(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.append("evidence.recorded", "models/flights", data={"x": "a" * 4_000_000})
    monkeypatch.setattr(verification, "MEMORY", ("3MB", "2GB"))
    assert toy.verify().findings == []
    monkeypatch.setattr(verification, "MEMORY", ("3MB",))
    assert "cannot be read" in toy.verify().findings[0].what


GENESIS = {
    "of another origin": ({"origin": "example.org/other"}, "the log_id of genesis is wrong"),
    "without log id": ({"log_id": "1"}, "the log_id of genesis is wrong"),
    "without recovery key": ({"recovery_vkey": None}, "a different recovery key"),
    "whose recovery key is its key": ({"recovery_vkey": LOG_VKEY}, "a different recovery key"),
    "with a clock of its own": ({"clock": "sundial"}, "sundial"),
    "without schema": ({"schema": None}, "schema is None"),
}


@pytest.mark.parametrize(("changes", "says"), GENESIS.values(), ids=GENESIS.keys())
def test_a_genesis_that_lacks_something_is_found(empty: Toy, changes: dict[str, object], says: str) -> None:
    report = empty.create(**changes).verify()
    assert (report.ok, report.first_bad_seq) == (False, 0)
    assert any(says in finding.what for finding in report.findings)


def test_references_that_are_not_digests_are_ignored(toy: Toy) -> None:
    toy.append("evidence.recorded", "models/flights", refs={"evidence": ["run 7", 7], "artifact": "s3://x", "run": "8"})
    assert toy.verify().findings == []


def test_at_most_twenty_edited_rows_are_listed_and_the_rest_counted(toy: Toy) -> None:
    rows = [{"table": "waiver", "key": f"w{n}", "rev": 1, "values": {"reason": "r"}} for n in range(25)]
    toy.append("waiver.granted", "models/flights", *rows)
    toy.sql("UPDATE waiver SET reason = 'better'")
    findings = toy.verify().findings
    assert [finding.what for finding in findings[:2]] == ["the row differs from event 13 in reason"] * 2
    assert findings[-1].what == "findings not listed: 5"


def test_the_command_line_prints_the_report_as_text(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--database", str(toy.database), "--journal", str(toy.journal.path), "--anchor", str(toy.anchor_path)]
    assert main([*options, "--deep", "--artifacts", str(toy.artifacts)]) == 0
    assert capsys.readouterr().out == "The log is valid.\nevents: 13, anchored: 13, assurance: local, judged: 0\n"
    toy.sql("UPDATE model SET owner = 'eve'", "UPDATE audit_event SET type = 'x' WHERE seq = 4")
    toy.anchor_path.unlink()
    assert main([*options, "--deep"]) == 1
    out = capsys.readouterr().out
    assert "The log is NOT VALID: 3 findings." in out
    assert "  model flights: the row differs from event 5 in owner\n" in out
    assert "  event 4: audit_event differs from the event body in type\n" in out
    assert "  registry: the anchor checkpoints.txt is missing\n" in out


def test_the_command_line_prints_the_report_as_json(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--database", str(toy.database), "--anchor", f"off-host={toy.anchor_path}", "--json"]
    assert main(options) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True, "events": 13, "anchored": 13, "assurance": "off-host", "judged": 0, "first_bad_seq": None,
        "findings": [], "stamped": 0, "stamped_at": "", "unchecked": [], "since": 0,
    }  # fmt: skip
