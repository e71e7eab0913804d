"""Whoever can write the files tries everything; each way is found, and the report says where the log breaks.

The story: 13 events, checkpoints at 1, 5, 9 and 13, in the database and in the anchor; every event in the journal.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from data.audit.body import canonical, leaf_hash
from data.audit.journal import JournalEntry
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from tests.tampering.tampered_log import EventBody

if TYPE_CHECKING:
    from tests.data.audit.conftest import Toy

STOLEN = SigningKey("example.org/log", bytes.fromhex("00" * 32))


@dataclass(frozen=True)
class Fraud:
    """A way to tamper, the first bad event and the table (with a column) that the report must name."""

    tamper: Callable[[Toy], object]
    seq: int | None = None
    table: str | None = None
    says: str = ""
    asks: dict[str, object] | None = None


def sql(*statements: str) -> Callable[[Toy], object]:
    return lambda toy: toy.sql(*statements)


def edited(events: list[EventBody], seq: int, **changes: Any) -> list[EventBody]:
    return [event | changes if event["seq"] == seq else event for event in events]


def edit_in_place(seq: int, change: Callable[[bytes], bytes], leaf: bool = False) -> Callable[[Toy], object]:
    def tamper(toy: Toy) -> None:
        body = change(toy.bodies()[seq])
        toy.sql(("UPDATE audit_event SET body = ? WHERE seq = ?", [body, seq]))
        if leaf:
            toy.sql(("UPDATE audit_event SET leaf = ? WHERE seq = ?", [leaf_hash(body), seq]))

    return tamper


def rewrite(change: Callable[[list[EventBody]], list[EventBody]], **how: Any) -> Callable[[Toy], object]:
    return lambda toy: toy.rewrite(change(toy.events()), **how)


def swap(events: list[Any], first: int, other: int) -> list[Any]:
    events[first], events[other] = events[other], events[first]
    return events


def swap_in_place(toy: Toy) -> None:
    bodies = toy.bodies()
    toy.sql(
        ("UPDATE audit_event SET body = ? WHERE seq = 6", [bodies[7]]),
        ("UPDATE audit_event SET body = ? WHERE seq = 7", [bodies[6]]),
    )


def cut(size: int, checkpoints: bool = False) -> Callable[[Toy], object]:
    """Remove the last events and set the head to match."""

    def tamper(toy: Toy) -> None:
        bodies = toy.bodies()[:size]
        toy.rewrite(bodies)
        if checkpoints:
            toy.sql(f"DELETE FROM checkpoint WHERE size > {size}")

    return tamper


def duplicate_last(toy: Toy) -> None:
    body = toy.bodies()[-1]
    toy.sql(
        "CREATE TABLE other AS SELECT * FROM audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE other RENAME TO audit_event",
        "INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 12",
    )
    toy.sql(("UPDATE audit_event SET body = ? WHERE seq = 12", [body]))


def forge(journal: bool = False, **fields: Any) -> Callable[[Toy], object]:
    """Append an event that chains, with its rows applied, without the signing key."""
    return lambda toy: toy.append("approval.decided", "models/flights/versions/2", journal=journal, **fields)


def replay_approval(toy: Toy) -> None:
    approval = toy.events()[8]
    toy.append("approval.decided", "models/flights/versions/2", id=approval["id"], actor=approval["actor"])


def new_key_everywhere(toy: Toy) -> None:
    events = toy.events()
    events[0]["data"]["vkey"] = STOLEN.vkey
    toy.rewrite(events, journal=True, resign=STOLEN)


def other_log(toy: Toy) -> None:
    from_elsewhere = [event | {"log": "example.org/other"} for event in toy.events()]
    from_elsewhere[0]["data"] |= {"origin": "example.org/other", "log_id": "f" * 32}
    toy.rewrite(from_elsewhere)


def other_origin(toy: Toy) -> None:
    toy.rewrite(edited(toy.events(), 6, log="example.org/other"), journal=True)


def restore_old_copy(toy: Toy) -> None:
    old = toy.home / "old.duckdb"
    shutil.copy(toy.database, old)
    toy.append("command.refused", "models/flights")
    toy.checkpoint()
    shutil.copy(old, toy.database)


def delete_wal(toy: Toy) -> None:
    """Commit in a process that is killed, so that the events are only in the write-ahead log, then delete that file."""
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(\"SET checkpoint_threshold = '1GB'\");"
        "c.execute('INSERT INTO audit_event SELECT 13, body, leaf, id, type, subject, actor, recorded_at, effective_at"
        " FROM audit_event WHERE seq = 12'); os._exit(0)"
    )
    with duckdb.connect(str(toy.database)) as connection:
        toy.journal.append([JournalEntry(toy.make_body(connection, "command.refused", "models/flights", []))])
    subprocess.run([sys.executable, "-c", script, str(toy.database)], check=True)
    wal = toy.database.with_name(toy.database.name + ".wal")
    assert wal.stat().st_size > 0
    wal.unlink()


def anchor_lines(edit: Callable[[list[bytes]], list[bytes]]) -> Callable[[Toy], object]:
    return lambda toy: toy.edit_lines(toy.anchor_path, edit)


def journal_lines(edit: Callable[[list[bytes]], list[bytes]]) -> Callable[[Toy], object]:
    return lambda toy: toy.edit_lines(toy.journal.path, edit)


def evidence_of(toy: Toy, seq: int, kind: str) -> Any:
    named = toy.events()[seq]["refs"][kind]
    return toy.artifact(named[0] if isinstance(named, list) else named)


def forged_checkpoint(toy: Toy) -> None:
    frontier = Frontier.empty()
    for body in toy.bodies()[:7]:
        frontier = frontier.append(leaf_hash(body))
    note = sign_checkpoint("example.org/log", 7, frontier.root(), STOLEN)
    toy.sql(("INSERT INTO checkpoint VALUES (7, ?)", [note]))


def spelt(seq: int, change: Callable[[bytes], bytes]) -> Callable[[Toy], object]:
    """Write one event with another spelling than RFC 8785, chained again, journal included."""

    def spell(event: EventBody) -> bytes:
        body = canonical(event)
        return change(body) if event["seq"] == seq else body

    return lambda toy: toy.rewrite(toy.events(), journal=True, spell=spell)


def as_view(table: str) -> Callable[[Toy], object]:
    return sql(f"ALTER TABLE {table} RENAME TO hidden", f"CREATE VIEW {table} AS SELECT * FROM hidden")


def rotated(**how: Any) -> Callable[[Toy], object]:
    def tamper(toy: Toy) -> None:
        new = how.get("new", STOLEN)
        toy.rotate(new, by=how.get("by"), **how.get("changes", {}))
        toy.checkpoint()

    return tamper


def old_key_after_rotation(toy: Toy) -> None:
    former = toy.key
    toy.rotate(STOLEN)
    toy.key = former
    toy.checkpoint()


def key_back_in_use(toy: Toy) -> None:
    former = toy.key
    toy.rotate(STOLEN)
    toy.rotate(former)
    toy.checkpoint()


EVENTS = {
    "a bit of a body flipped": Fraud(edit_in_place(7, lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:]), 7),
    "a body edited with its leaf": Fraud(edit_in_place(7, lambda b: b.replace(b"p_value", b"q_value"), leaf=True), 7),
    "a body emptied": Fraud(edit_in_place(7, lambda b: b""), 7, says="RFC 8785"),
    "the copied subject edited": Fraud(
        sql("UPDATE audit_event SET subject = 'models/x' WHERE seq = 4"), 4, says="subject",
    ),
    "the copied type edited": Fraud(
        sql("UPDATE audit_event SET type = 'approval.decided' WHERE seq = 10"), 10, says="type",
    ),
    "the copied actor edited": Fraud(sql("UPDATE audit_event SET actor = 'eve' WHERE seq = 8"), 8, says="actor"),
    "the copied time edited": Fraud(
        sql("UPDATE audit_event SET recorded_at = NULL WHERE seq = 2"), 2, says="recorded_at",
    ),
    "the copied business time edited": Fraud(sql("UPDATE audit_event SET effective_at = '' WHERE seq = 2"), 2),
    "the copied id edited": Fraud(sql("UPDATE audit_event SET id = 'x' WHERE seq = 3"), 3, says="id"),
    "the stored leaf edited": Fraud(sql("UPDATE audit_event SET leaf = '\\x00'::BLOB WHERE seq = 9"), 9, says="leaf"),
    "a middle event deleted": Fraud(sql("DELETE FROM audit_event WHERE seq = 6"), 6, says="missing"),
    "a middle event deleted and the rest chained again": Fraud(rewrite(lambda e: e[:6] + e[7:]), 6),
    "two bodies swapped": Fraud(swap_in_place, 6),
    "two events swapped and chained again": Fraud(rewrite(lambda e: swap(e, 6, 7)), 6),
    "an event inserted and the rest chained again": Fraud(
        rewrite(lambda e: [*e[:6], e[6] | {"id": e[6]["id"][:-4] + "ffff"}, *e[6:]]), 6
    ),
    "the last event twice": Fraud(duplicate_last, 12, says="twice"),
    "a decision edited and the rest chained again": Fraud(
        rewrite(lambda e: edited(e, 8, actor={"id": "eve", "auth": "totp"})), 8,
    ),
    "the end cut below the last checkpoint": Fraud(cut(11), 11),
    "the end cut with its checkpoints": Fraud(cut(9, checkpoints=True), 9),
    "everything cut": Fraud(sql("DELETE FROM audit_event", "DELETE FROM checkpoint", "DELETE FROM audit_head"), 0),
    "genesis removed": Fraud(sql("DELETE FROM audit_event WHERE seq = 0"), 0),
    "genesis removed and the rest chained again": Fraud(rewrite(lambda e: e[1:], journal=True), 0, says="genesis"),
    "a second genesis": Fraud(lambda toy: toy.append("log.created", "log"), 13, says="second genesis"),
    "the whole log rewritten under a new key": Fraud(new_key_everywhere, 0),
    "another log's file": Fraud(other_log, 0),
    "an event of another log among them": Fraud(other_origin, 6, says="belongs to the log"),
    "an old copy restored": Fraud(restore_old_copy, 13),
    "the write-ahead log deleted": Fraud(delete_wal, 13),
    "a forged approval appended": Fraud(forge(), 13, says="journal"),
    "a genuine approval played again for another version": Fraud(replay_approval, 13, says="was used before"),
    "an event appended with an older time": Fraud(
        forge(journal=True, recorded_at="2026-01-05T08:00:00.000000Z", effective_at="2026-01-05T08:00:00.000000Z"), 13
    ),
    "an event appended with a foreign business time": Fraud(
        forge(journal=True, effective_at="2025-01-05T08:00:00.000000Z"), 13, says="replay"
    ),
    "an event appended with an impossible time": Fraud(
        forge(journal=True, recorded_at="2026-13-05T08:00:00.000000Z", effective_at="2026-13-05T08:00:00.000000Z"), 13
    ),
    "an event appended with a time in another zone": Fraud(
        forge(journal=True, recorded_at="2026-01-06T08:00:00+01:00"), 13, says="RFC 3339"
    ),
    "an event appended with another kind of id": Fraud(
        forge(journal=True, id="6b1f0a52-34a6-4a8e-9d53-2f4a4d3c1b10"), 13, says="UUID"
    ),
    "an event appended of another format": Fraud(forge(journal=True, v=3), 13, says="format versions 1"),
    "an event appended of a format that is no number": Fraud(forge(journal=True, v=[2]), 13, says="format versions 1"),
    "an event appended of the first format with rules": Fraud(forge(journal=True, v=1), 13, says="format version 1"),
    "an event appended with a field too many": Fraud(forge(journal=True, note="x"), 13, says="format version 2"),
    "an event appended that names its rules in words": Fraud(forge(journal=True, rules="1"), 13, says="version 2"),
    "an event appended under rules that never were": Fraud(forge(journal=True, rules=0), 13, says="rules number is 0"),
    "an event appended without an actor's proof": Fraud(forge(journal=True, actor={"id": "ada"}), 13, says="actor"),
    "an event appended with another number inside": Fraud(
        lambda toy: toy.append("command.refused", "models/flights", seq=99), 13, says="sequence number 99"
    ),
    "a row image that is none": Fraud(
        rewrite(lambda e: edited(e, 11, rows=[{"table": "model"}]), journal=True), 11, says="row image"
    ),
    "a row image that skips a revision": Fraud(
        lambda toy: toy.append(
            "x.y", "m", {"table": "waiver", "key": "w", "rev": 2, "values": {"reason": "late"}}
        ), 13, says="revision 2",
    ),
    "an event before the first": Fraud(
        sql("INSERT INTO audit_event SELECT -1, body, leaf, id, type, subject, actor, recorded_at, effective_at"
            " FROM audit_event WHERE seq = 3"), 0, says="without a valid seq",
    ),
    "an event far beyond the last": Fraud(
        sql("INSERT INTO audit_event SELECT 9000000000000000000, body, leaf, id, type, subject, actor, recorded_at,"
            " effective_at FROM audit_event WHERE seq = 3"), 13, says="missing",
    ),
    "an event spelt with a space": Fraud(spelt(7, lambda b: b.replace(b'":', b'": ', 1)), 7, says="RFC 8785"),
    "an event spelt with a key twice": Fraud(
        spelt(7, lambda b: b.replace(b'"v":2', b'"v":2,"v":2')), 7, says="RFC 8785",
    ),
    "an event spelt with other digits": Fraud(spelt(7, lambda b: b.replace(b"1.5e-9", b"1.50e-9")), 7, says="RFC 8785"),
    "an event spelt with NaN": Fraud(spelt(7, lambda b: b.replace(b"1.5e-9", b"NaN")), 7, says="RFC 8785"),
    "an event spelt with an inexact integer": Fraud(
        spelt(7, lambda b: b.replace(b"1000000000000000", b"9007199254740993")), 7, says="RFC 8785"
    ),
    "an event spelt with an escape": Fraud(spelt(7, lambda b: b.replace("é".encode(), b"\\u00e9")), 7, says="RFC 8785"),
    "an event that is no object": Fraud(
        lambda toy: toy.sql("UPDATE audit_event SET body = '[]'::BLOB WHERE seq = 5"), 5, says="RFC 8785"
    ),
}  # fmt: skip

OUTSIDE = {
    "the log rewritten from event 5 with the stolen key": Fraud(
        lambda toy: toy.rewrite(edited(toy.events(), 5, subject="models/x"), journal=True, resign=toy.key),
        5,
        says="proves",
    ),
    "the log rewritten from event 9 with the stolen key": Fraud(
        lambda toy: toy.rewrite(edited(toy.events(), 9, subject="models/x"), journal=True, resign=toy.key),
        9,
        says="proves",
    ),
    "the anchor edited": Fraud(
        anchor_lines(lambda lines: [lines[0], lines[1].replace(b"\\n5\\n", b"\\n4\\n"), *lines[2:]]),
        says="is not valid",
    ),
    "the anchor filled with something else": Fraud(
        anchor_lines(lambda lines: [*lines, b"{}"]), says="not a checkpoint"
    ),
    "the anchor filled with something that is not JSON": Fraud(
        anchor_lines(lambda lines: [*lines, b"!"]), says="not a checkp"
    ),
    "a checkpoint taken out of the anchor": Fraud(anchor_lines(lambda lines: lines[:1] + lines[2:]), says="lacks"),
    "the anchor emptied": Fraud(anchor_lines(lambda lines: []), says="contains no checkpoint"),
    "the anchor missing": Fraud(lambda toy: toy.anchor_path.unlink(), says="is missing"),
    "the anchor of nowhere": Fraud(lambda toy: None, says="location", asks={"anchors": "moon"}),
    "a line of the journal edited": Fraud(
        journal_lines(lambda lines: [*lines[:4], lines[4].replace(b"ada", b"eve"), *lines[5:]]), 4, says="journal"
    ),
    "a line of the journal taken out": Fraud(journal_lines(lambda lines: lines[:4] + lines[5:]), 4, says="journal"),
    "the end of the journal cut": Fraud(journal_lines(lambda lines: lines[:10]), 10, says="journal ends"),
    "the last line of the journal incomplete": Fraud(
        lambda toy: toy.journal.path.write_bytes(toy.journal.path.read_bytes()[:-20]), 12, says="journal ends"
    ),
    "the journal longer than the log": Fraud(journal_lines(lambda lines: [*lines, b"{}"]), 13, says="1 more"),
    "the journal missing": Fraud(lambda toy: toy.journal.path.unlink(), says="journal is missing"),
    "evidence changed after the verdict": Fraud(lambda toy: evidence_of(toy, 4, "evidence").write_bytes(b"nicer"), 4),
    "evidence taken away": Fraud(lambda toy: evidence_of(toy, 4, "evidence").unlink(), 4, says="missing from"),
    "the standard changed between evaluation and approval": Fraud(
        lambda toy: evidence_of(toy, 4, "standard").write_bytes(b"lower"), 4, says="the stored file has"
    ),
    "the database missing": Fraud(lambda toy: toy.database.unlink(), says="cannot be read"),
    "the database overwritten": Fraud(lambda toy: toy.database.write_bytes(b"x" * 9000), says="cannot be read"),
    "a key that nobody trusts": Fraud(lambda toy: None, 0, says="trusted", asks={"trusted_vkey": STOLEN.vkey}),
}

KEYS = {
    "a rotation signed by nobody": Fraud(rotated(by=STOLEN), 13, says="signed neither"),
    "a rotation to a key that did not sign": Fraud(rotated(changes={"signature_new": "AAAA"}), 13, says="new key"),
    "a rotation without a signature": Fraud(rotated(changes={"signature_new": None}), 13, says="new key"),
    "a rotation to no key": Fraud(rotated(changes={"vkey": "nonsense"}), 13, says="does not declare"),
    "a former key brought back": Fraud(key_back_in_use, 14, says="does not declare a new key"),
    "a checkpoint by the former key after its rotation": Fraud(old_key_after_rotation, table="checkpoint"),
    "a migration to an older schema": Fraud(
        lambda toy: toy.append("log.migrated", "log", data={"schema": 0}), 13, says="schema is 0"
    ),
    "a migration that is not named": Fraud(
        lambda toy: toy.append("log.migrated", "log", data={"schema": 2, "migrations": ["0001_first"]}), 13
    ),
    "a migration with tables that are none": Fraud(
        lambda toy: toy.append("log.migrated", "log", data={"schema": 1, "tables": {"model": []}}), 13
    ),
}

COPIES = {
    "a checkpoint's note altered": Fraud(
        sql("UPDATE checkpoint SET note = replace(note, '5', '6') WHERE size = 5"), table="checkpoint",
    ),
    "a checkpoint's note emptied": Fraud(sql("UPDATE checkpoint SET note = NULL WHERE size = 5"), table="checkpoint"),
    "a checkpoint's size altered": Fraud(sql("UPDATE checkpoint SET size = 6 WHERE size = 5"), table="checkpoint"),
    "the newest checkpoint deleted": Fraud(
        sql("DELETE FROM checkpoint WHERE size = 13"), table="checkpoint", says="not in the database",
    ),
    "an old checkpoint deleted": Fraud(sql("DELETE FROM checkpoint WHERE size = 5"), table="checkpoint"),
    "a forged checkpoint inserted": Fraud(forged_checkpoint, table="checkpoint", says="signature"),
    "the head edited": Fraud(sql("UPDATE audit_head SET size = 12"), table="audit_head"),
    "the head's frontier edited": Fraud(
        sql("UPDATE audit_head SET frontier = replace(frontier, 'a', 'b')"), table="audit_head",
    ),
    "a second head": Fraud(
        sql("INSERT INTO audit_head SELECT 1, size, leaf, frontier FROM audit_head"), table="audit_head",
    ),
    "the head deleted": Fraud(sql("DELETE FROM audit_head"), table="audit_head"),
    "a migration renamed": Fraud(sql("UPDATE schema_version SET name = 'x'"), table="schema_version"),
    "a migration added": Fraud(sql("INSERT INTO schema_version VALUES (2, '0002_x')"), table="schema_version"),
    "a migration deleted": Fraud(sql("DELETE FROM schema_version"), table="schema_version"),
    "a value of a row edited": Fraud(sql("UPDATE model SET owner = 'eve'"), table="model", says="in owner"),
    "a number of a row edited": Fraud(
        sql("UPDATE version SET score = 0.9 WHERE key = 'flights/1'"), table="version", says="score",
    ),
    "a number of a row made NaN": Fraud(
        sql("UPDATE version SET score = 'nan' WHERE key = 'flights/1'"), table="version",
    ),
    "a truth of a row edited": Fraud(sql("UPDATE version SET approved = true"), table="version", says="approved"),
    "a list of a row edited": Fraud(sql("UPDATE model SET uses = '[]'"), table="model", says="uses"),
    "a value of a row made null": Fraud(sql("UPDATE model SET owner = NULL"), table="model", says="owner"),
    "a null of a row filled": Fraud(
        sql("UPDATE role SET until_at = 'x' WHERE key = 'bo/owner'"), table="role", says="until_at",
    ),
    "an approver's role edited": Fraud(
        sql("UPDATE role SET person = 'eve' WHERE key = 'bo/owner'"), table="role", says="person",
    ),
    "a revision edited": Fraud(sql("UPDATE version SET rev = 9"), table="version", says="rev"),
    "a row under another key": Fraud(sql("UPDATE role SET key = 'eve/owner' WHERE key = 'bo/owner'"), table="role"),
    "a row deleted": Fraud(sql("DELETE FROM role WHERE key = 'bo/owner'"), table="role", says="missing"),
    "a row inserted": Fraud(
        sql("INSERT INTO role VALUES ('eve/owner', 1, 'eve', 'owner', NULL)"), table="role", says="no event",
    ),
    "a row inserted where none was": Fraud(
        sql("INSERT INTO waiver VALUES ('w', 1, 'because')"), table="waiver", says="no event",
    ),
    "a table dropped": Fraud(sql("DROP TABLE version"), table="version", says="missing"),
    "an empty table dropped": Fraud(sql("DROP TABLE waiver"), table="waiver", says="missing"),
    "a table of the log dropped": Fraud(sql("DROP TABLE audit_head"), table="audit_head", says="missing"),
    "an unexpected table": Fraud(
        sql("CREATE TABLE extra (key VARCHAR, rev BIGINT)"), table="extra", says="no such table",
    ),
    "an unexpected table without key": Fraud(sql("CREATE TABLE extra (n BIGINT)"), table="extra", says="no such table"),
    "an added column": Fraud(sql("ALTER TABLE model ADD COLUMN extra VARCHAR"), table="model", says="column extra"),
    "an added column in the log": Fraud(sql("ALTER TABLE audit_event ADD COLUMN extra VARCHAR"), table="audit_event"),
    "a dropped column": Fraud(sql("ALTER TABLE model DROP COLUMN owner"), table="model", says="column owner"),
    "a column of another type": Fraud(sql("ALTER TABLE model ALTER tier TYPE VARCHAR"), table="model", says="VARCHAR"),
    "a table replaced by a view": Fraud(as_view("model"), table="model"),
    "the log replaced by a view": Fraud(as_view("audit_event"), table="audit_event"),
    "a macro that hides what is counted": Fraud(sql("CREATE MACRO count(x) AS 13"), table="count", says="macro"),
    "an unexpected sequence": Fraud(sql("CREATE SEQUENCE s"), table="s", says="sequence"),
    "an unexpected type": Fraud(sql("CREATE TYPE mood AS ENUM ('ok')"), table="mood", says="type"),
    "an unexpected schema": Fraud(sql("CREATE SCHEMA other"), table="other", says="schema"),
    "many rows edited at once": Fraud(
        sql("INSERT INTO role SELECT 'x' || i, 1, 'x', 'owner', NULL FROM range(50) t(i)"), table="role", says=": 30"
    ),
}  # fmt: skip

ALL = EVENTS | OUTSIDE | KEYS | COPIES


@pytest.mark.parametrize("case", ALL.values(), ids=ALL.keys())
def test_tampering_is_found_at_the_right_event_or_table(toy: Toy, case: Fraud) -> None:
    case.tamper(toy)
    asks = dict(case.asks or {})
    if asks.get("anchors") == "moon":
        asks["anchors"] = [("moon", toy.anchor_path)]

    report = toy.verify(**asks)

    findings = [finding.what for finding in report.findings]
    assert not report.ok
    assert report.first_bad_seq == case.seq, findings
    assert case.table in {finding.table for finding in report.findings}, report.findings
    assert any(case.says in what for what in findings), findings


def test_the_unchanged_registry_verifies(toy: Toy) -> None:
    report = toy.verify()
    assert (report.ok, report.findings, report.events, report.anchored) == (True, [], 13, 13)


def test_at_least_forty_cases_are_tried() -> None:
    assert len(ALL) >= 40


INSIDE = {
    "a middle event deleted and the rest chained again": 5,
    "two events swapped and chained again": 7,
    "a decision edited and the rest chained again": 5,
}


@pytest.mark.parametrize(("name", "seq"), INSIDE.items(), ids=INSIDE.keys())
def test_without_a_journal_tampering_is_placed_after_the_last_valid_checkpoint(toy: Toy, name: str, seq: int) -> None:
    EVENTS[name].tamper(toy)
    report = toy.verify(journal=None, deep=False)
    assert (report.ok, report.anchored, report.first_bad_seq) == (False, 5, seq)


def test_a_rewritten_log_is_not_found_without_journal_and_anchor(toy: Toy) -> None:
    """What the assurance `none` means: a chain inside the database is no evidence."""
    toy.rewrite(edited(toy.events(), 10, data={"reason": "rewritten"}), resign=toy.key)
    report = toy.verify(journal=None, anchors=[])
    assert (report.ok, report.assurance) == (True, "none")


def test_findings_can_be_written_as_json(toy: Toy) -> None:
    toy.sql("UPDATE model SET owner = 'eve'")
    (finding,) = toy.verify().findings
    assert json.loads(json.dumps(vars(finding))) == {
        "what": "the row differs from event 5 in owner", "seq": None, "table": "model", "key": "flights",
        "store": None,
    }  # fmt: skip
