"""Logs of every format are read: chain, order, time, ids, keys, seals; a contradiction is a fault at its event."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from data.audit.body import leaf_hash
from data.audit.keys import SigningKey
from data.audit.merkle import root
from data.audit.standalone.event_log import EventLogReading
from data.audit.standalone.fault_list import FaultList
from data.audit.standalone.log_declaration import LogDeclaration

GOLDEN = Path(__file__).parents[1]
ORIGIN = "example.org/log"
KEY = SigningKey(ORIGIN, hashlib.sha256(b"log").digest())
RECOVERY = SigningKey(f"{ORIGIN}/recovery", hashlib.sha256(b"recovery").digest())


def read(lines: Sequence[bytes], signed_size: int = 0, sizes: Sequence[int] = ()) -> tuple[EventLogReading, FaultList]:
    faults = FaultList()
    log = EventLogReading(faults, LogDeclaration(), sizes, signed_size)
    log.read(lines, lambda *_: None)
    return log, faults


def faults_of(lines: Sequence[bytes], signed_size: int = 0) -> list[tuple[int | None, str]]:
    return [(one.seq, one.what) for one in read(lines, signed_size)[1].listed()]


def chain(count: int = 5, **changes: dict[int, dict[str, Any]]) -> list[bytes]:
    """Return the bodies of a log; `changes[event]` maps a number to other fields of that event."""
    bodies: list[bytes] = []
    prev = "0" * 64
    for seq in range(count):
        data = {
            "origin": ORIGIN, "vkey": KEY.vkey, "recovery_vkey": RECOVERY.vkey, "log_id": "0" * 32, "schema": 1,
            "clock": "wall",
        }  # fmt: skip
        event = {
            "v": 2, "rules": 1, "log": ORIGIN, "seq": seq, "prev": prev,
            "recorded_at": f"2026-01-05T08:0{seq}:00.000000Z",
            "effective_at": f"2026-01-05T08:0{seq}:00.000000Z", "id": f"019b8d00-0000-7000-8000-{seq:012x}",
            "type": "role.granted" if seq else "log.created", "subject": "s", "actor": {"id": "ada", "auth": "os-user"},
            "data": {} if seq else data, "rows": [], "refs": {},
        }  # fmt: skip
        bodies.append(rfc8785.dumps({**event, **changes.get("event", {}).get(seq, {})}))
        prev = leaf_hash(bodies[-1]).hex()
    return bodies


def sealed(bodies: Sequence[bytes], start: int = 0, key: SigningKey = KEY) -> list[bytes]:
    """Return the lines of a log whose events from number `start` on are sealed."""
    lines = []
    for seq, body in enumerate(bodies):
        statement = f"modelward event seal v1\n{ORIGIN}\n{seq}\n{leaf_hash(body).hex()}\n".encode()
        lines.append(body + b"\t" + base64.b64encode(key.sign(statement)) if seq >= start else body)
    return lines


@pytest.mark.parametrize("name", ["golden", "golden-2"])
def test_the_golden_logs_are_read_without_a_fault(name: str) -> None:
    lines = (GOLDEN / name / "events.jsonl").read_bytes().split(b"\n")[:-1]
    log, faults = read(lines, sizes=[3])
    assert (faults.listed(), log.size, log.withheld, log.sealed, log.unsigned) == ([], len(lines), 0, 0, len(lines))
    leaves = [leaf_hash(line) for line in lines]
    assert (log.root_at(3), log.root_at(len(lines)), log.root_at(5)) == (root(leaves[:3]), root(leaves), None)


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "another number": ({"seq": 7}, "number 7"),
    "another chain": ({"prev": "1" * 64}, "leaf of the event before"),
    "another log": ({"log": "x"}, "another log"),
    "an earlier time": ({"recorded_at": "2026-01-05T07:00:00.000000Z"}, "before the time"),
    "another business time": ({"effective_at": "2025-01-05T08:00:00.000000Z"}, "replay"),
    "an id of another event": ({"id": "019b8d00-0000-7000-8000-000000000001"}, "used before"),
    "a second genesis": ({"type": "log.created"}, "second genesis"),
}


@pytest.mark.parametrize("change,what", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_a_fault_at_its_event(change: dict[str, Any], what: str) -> None:
    found = faults_of(chain(event={3: change}))
    assert found[0][0] == 3
    assert what in found[0][1]


def test_an_empty_log_and_a_log_without_genesis_are_faults() -> None:
    assert faults_of([]) == [(0, "the log is empty")]
    assert faults_of(chain(event={0: {"type": "role.granted"}}))[0] == (0, "the first event is not a genesis")
    leaves = [b"leaf " + leaf_hash(body).hex().encode() for body in chain()]
    assert faults_of(leaves)[0] == (0, "the first event, which declares the keys, is withheld")


def test_a_withheld_event_keeps_the_chain_and_the_root() -> None:
    bodies = chain()
    lines = [*bodies[:2], b"leaf " + leaf_hash(bodies[2]).hex().encode(), *bodies[3:]]
    log, faults = read(lines)
    assert (faults.listed(), log.withheld) == ([], 1)
    assert log.root_at(5) == read(bodies)[0].root_at(5)
    lines[2] = b"leaf " + b"0" * 64
    assert faults_of(lines) == [(3, "prev is not the leaf of the event before")]


def test_seals_after_the_last_checkpoint_are_verified() -> None:
    log, faults = read(sealed(chain(), 1), signed_size=3)
    assert (faults.listed(), log.sealed, log.unsigned) == ([], 2, 0)
    log, faults = read(sealed(chain(), 1), signed_size=0)
    assert (faults.listed(), log.sealed, log.unsigned) == ([], 4, 1)
    foreign = sealed(chain(), key=SigningKey(ORIGIN, bytes(32)))
    what = "the seal of the event is not a signature by the key of the log"
    assert faults_of(foreign, signed_size=3) == [(3, what), (4, what)]


def test_a_seal_of_another_event_and_a_seal_removed_are_faults() -> None:
    lines = sealed(chain())
    moved = [*lines[:4], lines[4].partition(b"\t")[0] + b"\t" + lines[3].partition(b"\t")[2]]
    assert [seq for seq, _ in faults_of(moved, signed_size=2)] == [4]
    removed = [*lines[:3], lines[3].partition(b"\t")[0], lines[4]]
    assert faults_of(removed, signed_size=5) == [(3, "the event has no seal, but the log seals its events")]
    spoilt = [*lines[:3], lines[3][:-1], lines[4]]
    assert [seq for seq, _ in faults_of(spoilt, signed_size=5)] == [3, 3]


def test_a_withheld_event_has_a_seal_too() -> None:
    lines = sealed(chain())
    body, _, seal = lines[4].partition(b"\t")
    withheld = [*lines[:4], b"leaf " + leaf_hash(body).hex().encode() + b"\t" + seal]
    assert faults_of(withheld, signed_size=0) == []


def test_the_body_of_each_well_formed_event_is_visited() -> None:
    seen: list[tuple[int, bytes]] = []
    bodies = chain(event={2: {"v": 9}})
    log = EventLogReading(FaultList(), LogDeclaration(), (), 0)
    log.read(bodies, lambda seq, body, event: seen.append((seq, json.dumps(event, separators=(",", ":")).encode())))
    assert seen == [(seq, body) for seq, body in enumerate(bodies) if seq != 2]


def test_an_event_that_the_next_one_contradicts_is_named_by_its_seal() -> None:
    """A checkpoint makes the seals redundant; where the chain breaks, the seal says which of the two was changed."""
    lines = sealed(chain())
    body, _, seal = lines[2].partition(b"\t")
    changed = body.replace(b'"ada"', b'"eve"') + b"\t" + seal
    found = faults_of([*lines[:2], changed, *lines[3:]], signed_size=5)
    assert [seq for seq, _ in found] == [2, 3]
    assert "the seal of the event is not a signature" in found[0][1]


def test_an_event_with_a_genuine_seal_is_not_blamed_for_the_next_one() -> None:
    lines = sealed(chain(event={3: {"prev": "1" * 64}}))
    assert [seq for seq, _ in faults_of(lines, signed_size=5)] == [3]
