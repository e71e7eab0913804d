"""Changes to the events in the database: in place, chained again, appended, and rewritten with the stolen key."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from data.audit.body import canonical, leaf_hash
from data.audit.keys import SigningKey
from tests.tampering.flipped_bit import flipped_bit
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome
from tests.tampering.tampered_log import EventBody, event_id

LogEdit = Callable[[EventBody, random.Random], None]


def any_event(home: TamperedHome, chosen: random.Random) -> int:
    """Return the number of an event after genesis and before the last one."""
    return chosen.randrange(1, home.size - 1)


# -- in place: the rest of the log is left as it is -------------------------------------------------


def flipped_body(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = chosen.randrange(home.size)
    body, _ = flipped_bit(home.stored()[seq].body, chosen)
    home.sql(("UPDATE audit_event SET body = ? WHERE seq = ?", [body, seq]))
    return ExpectedFinding(seq)


def edited_body(with_leaf: bool) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = any_event(home, chosen)
        body = canonical(home.events[seq] | {"actor": {"id": "eve", "auth": "totp"}})
        home.sql(("UPDATE audit_event SET body = ?, actor = 'eve' WHERE seq = ?", [body, seq]))
        if with_leaf:
            home.sql(("UPDATE audit_event SET leaf = ? WHERE seq = ?", [leaf_hash(body), seq]))
        return ExpectedFinding(seq)

    return tamper


def emptied_body(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    home.sql(("UPDATE audit_event SET body = ''::BLOB WHERE seq = ?", [seq]))
    return ExpectedFinding(seq, "RFC 8785")


def edited_copy(column: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = chosen.randrange(home.size)
        home.sql((f"UPDATE audit_event SET {column} = {column} || 'x' WHERE seq = ?", [seq]))
        return ExpectedFinding(seq, column)

    return tamper


def edited_bytes(column: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = chosen.randrange(home.size)
        home.sql((f"UPDATE audit_event SET {column} = ? WHERE seq = ?", [chosen.randbytes(64), seq]))
        return ExpectedFinding(seq)

    return tamper


def removed_seal(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    home.sql(("UPDATE audit_event SET seal = NULL WHERE seq = ?", [seq]))
    return ExpectedFinding(seq, "seal")


def exchanged_seals(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    first, other = sorted(chosen.sample(range(1, home.size), 2))
    seals = [one.seal for one in home.stored()]
    for seq, seal in ((first, seals[other]), (other, seals[first])):
        home.sql(("UPDATE audit_event SET seal = ? WHERE seq = ?", [seal, seq]))
    return ExpectedFinding(first, "seal")


def deleted_event(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    home.sql(("DELETE FROM audit_event WHERE seq = ?", [seq]))
    return ExpectedFinding(seq, "missing")


def exchanged_bodies(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    first, other = sorted(chosen.sample(range(1, home.size), 2))
    stored = home.stored()
    for seq, body in ((first, stored[other].body), (other, stored[first].body)):
        home.sql(("UPDATE audit_event SET body = ? WHERE seq = ?", [body, seq]))
    return ExpectedFinding(first)


def repeated_row(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    home.sql(
        "CREATE TABLE other AS SELECT * FROM audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE other RENAME TO audit_event",
        ("INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = ?", [seq]),
    )
    return ExpectedFinding(seq, "twice")


def moved_row(number: int, says: str) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        columns = "body, leaf, id || 'x', type, subject, actor, recorded_at, effective_at, seal"
        values = [number, any_event(home, chosen)]
        home.sql((f"INSERT INTO audit_event SELECT ?, {columns} FROM audit_event WHERE seq = ?", values))
        return ExpectedFinding(0 if number < 0 else home.size, says)

    return tamper


# -- chained again: each later event follows from the changed one ------------------------------------


def edited_and_chained(edit: LogEdit, key: bool = False, journal: bool = False) -> Tamper:
    """Edit one event and chain the rest again; with the stolen key also seals, checkpoints and the journal."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = any_event(home, chosen)
        events = [dict(event) for event in home.events]
        edit(events[seq], chosen)
        home.rewrite(events, home.key if key else None, journal=journal)
        return ExpectedFinding(seq, proven=home.proven(seq) if key and journal else None)

    return tamper


def other_actor(event: EventBody, chosen: random.Random) -> None:
    event["actor"] = {"id": chosen.choice(("eve", "mallory")), "auth": "totp"}


def other_subject(event: EventBody, chosen: random.Random) -> None:
    event["subject"] += f"/{chosen.randrange(100)}"


def more_data(event: EventBody, chosen: random.Random) -> None:
    event["data"] = {**event["data"], "comment": f"{chosen.random()}"}


def deleted_and_chained(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    home.rewrite(home.events[:seq] + home.events[seq + 1 :])
    return ExpectedFinding(seq)


def exchanged_and_chained(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    first, other = sorted(chosen.sample(range(1, home.size), 2))
    events = list(home.events)
    events[first], events[other] = events[other], events[first]
    home.rewrite(events)
    return ExpectedFinding(first)


def inserted_and_chained(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    added = home.events[seq] | {"id": event_id(chosen.randrange(1 << 40))}
    home.rewrite([*home.events[:seq], added, *home.events[seq:]])
    return ExpectedFinding(seq)


def rewritten_without_genesis(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    count = chosen.randrange(1, 10)
    home.rewrite(home.events[count:], home.key, journal=True)
    return ExpectedFinding(0, "genesis")


def spelt(change: Callable[[bytes], bytes]) -> Tamper:
    """Spell one event in another way than RFC 8785; chain, seal and journal with the stolen key."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        seq = any_event(home, chosen)

        def spell(event: EventBody) -> bytes:
            return change(canonical(event)) if event["seq"] == seq else canonical(event)

        home.rewrite(home.events, home.key, journal=True, spell=spell)
        return ExpectedFinding(seq, "RFC 8785")

    return tamper


def under_a_new_key(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    key = SigningKey(home.origin, chosen.randbytes(32))
    genesis = home.events[0] | {"data": {**home.events[0]["data"], "vkey": key.vkey}}
    home.rewrite([genesis, *home.events[1:]], key, journal=True)
    return ExpectedFinding(0)


def of_another_log(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    origin = f"elsewhere.example/{chosen.randbytes(4).hex()}"
    key = SigningKey(origin, chosen.randbytes(32))
    events = [event | {"log": origin} for event in home.events]
    events[0] |= {
        "data": {**events[0]["data"], "origin": origin, "vkey": key.vkey, "log_id": chosen.randbytes(16).hex()}
    }
    home.rewrite(events, key, journal=True)
    return ExpectedFinding(0)


def event_of_another_log(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    seq = any_event(home, chosen)
    events = [event | {"log": "elsewhere.example"} if event["seq"] == seq else event for event in home.events]
    home.rewrite(events)
    return ExpectedFinding(seq)


# -- shorter or older --------------------------------------------------------------------------------


def cut_end(checkpoints: bool) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        size = chosen.randrange(2, home.size)
        home.rewrite([one.body for one in home.stored()[:size]])
        if checkpoints:
            home.sql(("DELETE FROM checkpoint WHERE size > ?", [size]))
        return ExpectedFinding(size)

    return tamper


def cut_end_and_journal(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    size = chosen.choice(home.sizes[1:-1])
    home.rewrite([one.body for one in home.stored()[:size]], journal=True)
    home.sql(("DELETE FROM checkpoint WHERE size > ?", [size]))
    return ExpectedFinding(size, "proves")


def emptied(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    home.sql("DELETE FROM audit_event", "DELETE FROM checkpoint", "DELETE FROM audit_head")
    return ExpectedFinding(0)


def without_genesis(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    home.sql("DELETE FROM audit_event WHERE seq = 0")
    return ExpectedFinding(0)


def earlier(*names: str) -> Tamper:
    return lambda home, chosen: ExpectedFinding(home.restore_earlier(*names), "last events are missing")


# -- appended after the last event -------------------------------------------------------------------


def appended(sealed: bool = False, journal: bool = True, says: str = "", **fields: Any) -> Tamper:
    """Append an event that chains; `sealed` with the stolen key."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        event = {
            "type": "command.refused",
            "subject": "models/ops/delay",
            "data": {"reason": chosen.random()},
            **fields,
        }
        home.append(event, home.key if sealed else None, journal=journal)
        return ExpectedFinding(home.size, says)

    return tamper


def deleted_write_ahead_log(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    event = {"type": "command.refused", "subject": "models/ops/delay", "data": {"reason": chosen.random()}}
    home.append(event, home.key, in_log=True)
    write_ahead_log(home).unlink()
    return ExpectedFinding(home.size, "journal has 1 more")


def edit_in_write_ahead_log(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    with duckdb.connect(str(home.home.database)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '1GB'")
        connection.execute("UPDATE person SET email = ? WHERE key = 'people/dev'", [str(chosen.random())])
    assert write_ahead_log(home).stat().st_size > 0
    return ExpectedFinding(None, "email", "person")


def write_ahead_log(home: TamperedHome) -> Path:
    """Return the path of DuckDB's write-ahead log."""
    return home.home.database.with_name(f"{home.home.database.name}.wal")


SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda body: body.replace(b'":', b'": ', 1),
    "a name twice": lambda body: body.replace(b'"v":2', b'"v":2,"v":2'),
    "an escape": lambda body: body.replace(b'"type":"', b'"type":"\\u002e'),
    "a real for a whole number": lambda body: body.replace(b'"v":2', b'"v":2.0'),
    "a space at its end": lambda body: body + b" ",
}
IMAGE = {"table": "model", "key": "models/ops/delay", "rev": 77, "values": {"owner": "eve"}}
OLD = "2013-01-05T08:00:00.000000Z"
IMPOSSIBLE = "2026-13-05T08:00:00.000000Z"

IN_PLACE = [
    Kind("bit of a body", "One bit of the body of an event is flipped in the database.", flipped_body),
    Kind("body", "The actor of an event is edited in its body, and in the copied column.", edited_body(False)),
    Kind("body and leaf", "The actor is edited in body, column and stored leaf.", edited_body(True)),
    Kind("body emptied", "The body of an event is replaced by no bytes.", emptied_body),
    *(
        Kind(f"copied {column}", f"A character is appended to the copied column {column}.", edited_copy(column))
        for column in ("id", "type", "subject", "actor", "recorded_at", "effective_at")
    ),
    Kind("stored leaf", "The stored leaf of an event is replaced by random bytes.", edited_bytes("leaf")),
    Kind("seal replaced", "The seal of an event is replaced by random bytes.", edited_bytes("seal")),
    Kind("seal removed", "The seal of an event is removed.", removed_seal),
    Kind("seals exchanged", "The seals of two events are exchanged.", exchanged_seals),
    Kind("event deleted", "The row of an event is deleted.", deleted_event),
    Kind("bodies exchanged", "The bodies of two events are exchanged.", exchanged_bodies),
    Kind("event twice", "The row of an event is inserted again, in a table without its key.", repeated_row),
    Kind("event before genesis", "An event is copied to number -1.", moved_row(-1, "without a valid seq")),
    Kind("event far beyond", "An event is copied to number 9e18.", moved_row(9_000_000_000_000_000_000, "missing")),
    Kind("genesis deleted", "Event 0 is deleted.", without_genesis),
    Kind("everything deleted", "Events, checkpoints and head are deleted from the database.", emptied),
]  # fmt: skip

CHAINED = [
    Kind("event rewritten", "An event is edited, and each later one is chained again.",
         edited_and_chained(other_actor)),
    Kind("event rewritten with journal", "An event is edited and the rest chained again, in the journal too.",
         edited_and_chained(more_data, journal=True)),
    Kind("event rewritten with the key", "An event is edited; chain, seals and checkpoints of the database are made "
         "again with the stolen key, not the journal.", edited_and_chained(other_subject, key=True)),
    Kind("data rewritten everywhere", "The data of an event is edited; chain, seals, checkpoints and journal are made "
         "again with the stolen key. Only the anchors contradict.",
         edited_and_chained(more_data, key=True, journal=True)),
    Kind("actor rewritten everywhere", "The same with the actor of an event.",
         edited_and_chained(other_actor, key=True, journal=True)),
    Kind("event cut out", "An event is deleted and the rest chained again.", deleted_and_chained),
    Kind("events exchanged", "Two events are exchanged and the rest chained again.", exchanged_and_chained),
    Kind("event inserted", "An event is inserted, and the rest chained again.", inserted_and_chained),
    Kind("beginning cut off", "The first events are removed, and the rest is written again with the stolen key.",
         rewritten_without_genesis),
    *(
        Kind(f"spelling: {name}", f"An event is spelt with {name}; chain, seals, checkpoints and journal are made "
             "again with the stolen key.", spelt(change))
        for name, change in SPELLINGS.items()
    ),
    Kind("new key", "The whole log is written again under another key.", under_a_new_key),
    Kind("another log", "Database and journal are replaced by those of another log.", of_another_log),
    Kind("event of another log", "An event names another log; the rest is chained again.", event_of_another_log),
]  # fmt: skip

SHORTER = [
    Kind("end cut", "The last events are removed, and the head is set to match.", cut_end(checkpoints=False)),
    Kind("end and checkpoints cut", "The same, with the checkpoints after them.", cut_end(checkpoints=True)),
    Kind("end cut everywhere", "The same, in the journal too. Only the anchors contradict.", cut_end_and_journal),
    Kind("earlier database", "An earlier copy of the database is restored.", earlier("registry")),
    Kind("earlier database and journal", "Earlier copies of database and journal are restored.",
         earlier("registry", "journal")),
    Kind("write-ahead log deleted", "After a crash an event is only in DuckDB's write-ahead log, which is deleted.",
         deleted_write_ahead_log),
]  # fmt: skip

APPENDED = [
    Kind("appended in the database", "An event is appended that chains, in the database alone.",
         appended(journal=False)),
    Kind("appended without seal", "An event is appended that chains, in the journal too.", appended(says="seal")),
    Kind("second genesis", "A second first event is appended with the stolen key.",
         appended(sealed=True, type="log.created", says="second genesis")),
    Kind("older time", "An event is appended with the stolen key and an older time.",
         appended(sealed=True, recorded_at=OLD, effective_at=OLD)),
    Kind("impossible time", "An event is appended with the stolen key and a time of month 13.",
         appended(sealed=True, recorded_at=IMPOSSIBLE)),
    Kind("other kind of id", "An event is appended with the stolen key and an id of UUID version 4.",
         appended(sealed=True, id="6b1f0a52-34a6-4a8e-9d53-2f4a4d3c1b10", says="UUID")),
    Kind("unknown format", "An event of format 9 is appended with the stolen key.",
         appended(sealed=True, v=9, says="format")),
    Kind("field too many", "An event with one more field is appended with the stolen key.",
         appended(sealed=True, note="x")),
    Kind("unknown rules", "An event that names rules 0 is appended with the stolen key.",
         appended(sealed=True, rules=0, says="rules")),
    Kind("other number inside", "An event whose body has another number is appended with the stolen key.",
         appended(sealed=True, seq=99_999, says="sequence number")),
    Kind("actor without proof", "An event whose actor has no proof is appended with the stolen key.",
         appended(sealed=True, actor={"id": "ada"}, says="actor")),
    Kind("row image that is none", "An event with a row image without key is appended with the stolen key.",
         appended(sealed=True, rows=[{"table": "model"}], says="row image")),
    Kind("revision skipped", "An event whose row image skips revisions is appended with the stolen key.",
         appended(sealed=True, rows=[IMAGE])),
    Kind("edit left in the write-ahead log", "A row is edited, and the edit stays in DuckDB's write-ahead log.",
         edit_in_write_ahead_log),
]  # fmt: skip

KINDS = [*IN_PLACE, *CHAINED, *SHORTER, *APPENDED]
