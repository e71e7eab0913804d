"""Measure the time and memory of verifying a long log: `python benchmarks/verify_audit.py [EVENTS]`.

It writes a signed, anchored and journalled log with events of about 600 bytes, then verifies it in a child process:
the whole log, the log with its tables, and the last 1,000 events since a trusted checkpoint. The targets for a million
events are at most 15 seconds and 350 MB, and 3 seconds since the checkpoint. This log has no stored frontiers, as logs
from before events were sealed, so the last one reads all leaves.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from data.audit.body import GENESIS_PREV, canonical, leaf_hash
from data.audit.journal import Journal, JournalEntry
from data.audit.keys import SigningKey
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.audit.verifier import verify
from data.audit.verifier.since import verify_since

ORIGIN = "benchmark.example/log"
START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = 100
ROWS = 50_000
BATCH = 20_000
TEXTS = ("id", "type", "subject", "actor", "recorded_at", "effective_at")
SCHEMA = """
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name VARCHAR);
INSERT INTO schema_version VALUES (1, 'first');
CREATE TABLE audit_event (seq BIGINT PRIMARY KEY, body BLOB, leaf BLOB, id VARCHAR, type VARCHAR, subject VARCHAR,
                          actor VARCHAR, recorded_at VARCHAR, effective_at VARCHAR);
CREATE TABLE audit_head (id INTEGER PRIMARY KEY, size BIGINT, leaf VARCHAR, frontier VARCHAR);
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, note VARCHAR);
CREATE TABLE monitoring_run (key VARCHAR PRIMARY KEY, rev BIGINT, model VARCHAR, rows BIGINT, statistic DOUBLE);
"""


class Writer:
    """Writes a log as fast as one core can, with everything that the verifier checks."""

    def __init__(self, home: Path) -> None:
        self.key = SigningKey(ORIGIN, bytes(32))
        self.journal, self.anchor = Journal(home / "events.jsonl"), home / "checkpoints.txt"
        self.connection = duckdb.connect(str(home / "registry.duckdb"))
        self.connection.execute(SCHEMA)
        self.frontier, self.prev, self.notes = Frontier.empty(), GENESIS_PREV, list[str]()

    def write(self, count: int) -> None:
        """Write `count` events, genesis included."""
        for start in range(0, count, BATCH):
            events = [self.event(seq) for seq in range(start, min(start + BATCH, count))]
            self.insert("audit_event", events)
            self.journal.append([JournalEntry(event["body"]) for event in events])
        self.connection.execute(
            "INSERT INTO monitoring_run SELECT 'runs/' || i, 1 + (? - i) // ?, 'models/m', 1000, 0.0625"
            " FROM range(?) t(i)",
            [count - 2, ROWS, min(ROWS, count - 1)],
        )
        head = [0, self.frontier.size, self.prev, self.frontier.to_hex()]
        self.connection.execute("INSERT INTO audit_head VALUES (?, ?, ?, ?)", head)
        self.insert("checkpoint", [{"size": int(note.split("\n")[1]), "note": note} for note in self.notes])
        self.anchor.write_bytes(b"".join(json.dumps(note).encode() + b"\n" for note in self.notes))
        self.connection.close()

    def insert(self, table: str, rows: list[dict[str, object]]) -> None:
        """Add rows through Arrow; it is imported here, so that the verifying process does not load it."""
        import pyarrow as pa

        arriving = pa.Table.from_pylist(rows)
        names = [name for (name, *_) in self.connection.execute(f"DESCRIBE {table}").fetchall()]
        self.connection.register("arriving", arriving.select(names))
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM arriving")
        self.connection.unregister("arriving")

    def event(self, seq: int) -> dict[str, object]:
        """Return event number `seq` as a row of the table."""
        at = (START + timedelta(milliseconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        digest = "sha256:" + hashlib.sha256(at.encode()).hexdigest()
        event = {
            "v": 2, "rules": 1, "log": ORIGIN, "seq": seq, "prev": self.prev, "recorded_at": at, "effective_at": at,
            "id": f"019b8d00-0000-7000-8000-{seq:012x}", "type": "monitoring.recorded" if seq else "log.created",
            "subject": f"models/m{seq % 300}/versions/3", "actor": {"id": "service:monitor", "auth": "os-user"},
            "data": self.data(seq), "refs": {"measurements": digest} if seq else {}, "rows": self.rows(seq),
        }  # fmt: skip
        body = fast_canonical(event)
        leaf = leaf_hash(body)
        self.frontier, self.prev = self.frontier.append(leaf), leaf.hex()
        if seq % EVERY == 0:
            self.notes.append(sign_checkpoint(ORIGIN, self.frontier.size, self.frontier.root(), self.key))
        return event | {"actor": "service:monitor", "body": body, "leaf": leaf}

    def data(self, seq: int) -> dict[str, object]:
        """Return the `data` of an event; for genesis, the description of the log."""
        if seq:
            return {"passed": 30, "failed": seq % 3, "p": 0.25}
        recovery = SigningKey(f"{ORIGIN}/recovery", bytes([1] * 32)).vkey
        return {
            "origin": ORIGIN, "vkey": self.key.vkey, "recovery_vkey": recovery, "log_id": "0" * 32, "schema": 1,
            "clock": "wall",
        }  # fmt: skip

    def rows(self, seq: int) -> list[dict[str, object]]:
        """Return the one row image of an event, for one of 50,000 rows in turn; none for genesis."""
        if not seq:
            return []
        values = {"model": "models/m", "rows": 1000, "statistic": 0.0625}
        number = (seq - 1) % ROWS
        return [{"table": "monitoring_run", "key": f"runs/{number}", "rev": 1 + (seq - 1) // ROWS, "values": values}]


def fast_canonical(event: dict[str, object]) -> bytes:
    """Return the same bytes as `canonical`, faster; correct for these events, which have no special numbers or keys."""
    body = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if event["seq"] == 1 and body != canonical(event):
        sys.exit("the benchmark's events are not canonical")
    return body


def measure(home: Path, depth: str) -> None:
    """Verify the log in this process and print time and memory."""
    anchors = [("local", home / "checkpoints.txt")]
    trusted = json.loads((home / "checkpoints.txt").read_bytes().splitlines()[-11])
    started, worked = time.perf_counter(), time.process_time()
    if depth == "since":
        report = verify_since(trusted, home / "registry.duckdb", home / "events.jsonl", anchors)
    else:
        report = verify(home / "registry.duckdb", home / "events.jsonl", anchors, None, depth == "deep")
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    what = f"{depth}: {report.events:,} events, ok={report.ok}"
    print(f"{what}, {seconds:.1f} s ({worked:.1f} s of CPU), {peak_megabytes():.0f} MB")
    for finding in report.findings[:3]:
        print("  ", finding)


def peak_megabytes() -> float:
    """Return the peak RSS of this process in megabytes; `getrusage` would include that of its parent."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Write the log, then verify it twice, each time in a new process."""
    if len(sys.argv) > 2:
        measure(Path(sys.argv[1]), sys.argv[2])
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        Writer(Path(folder)).write(count)
        for depth in ("full", "deep", "since"):
            subprocess.run([sys.executable, __file__, folder, depth], check=True)


if __name__ == "__main__":
    main()
