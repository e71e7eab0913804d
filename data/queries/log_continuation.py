"""Prove that the log of one signed checkpoint continues that of another, or say why it does not.

The two checkpoints are what is compared. The events of the registry only serve to compute the proof between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data.audit.merkle import PartialTree, verify_consistency
from data.audit.note import Checkpoint, parse_checkpoint, verify_checkpoint
from data.audit.proof_file import consistency_file
from data.errors import AuditError, NotFoundError
from data.queries.event_proof import partial_tree
from data.registry.audit_log import AuditLog
from data.registry.kept_note import kept_note
from data.registry.log_keys import key_at, log_keys
from data.registry.registry import Registry

_NEAREST = "SELECT size FROM checkpoint ORDER BY abs(size - ?), size LIMIT 3"


@dataclass(frozen=True)
class Continuation:
    """The outcome: the sizes of both checkpoints, and the proof file, or what prevents the proof.

    `text` is empty if there is no proof; then `findings` has at least one sentence.
    """

    old_size: int
    new_size: int
    text: str
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True if the newer log was proved to begin with the older one."""
        return not self.findings


@dataclass(frozen=True)
class _Named:
    """A checkpoint with its note, and how messages name it."""

    name: str
    note: str
    states: Checkpoint


def prove_continuation(registry: Registry, old: str, new: str = "") -> Continuation:
    """Prove that the checkpoint `new` continues `old`; each is a file or the size of a checkpoint of the registry.

    Without `new` the newest checkpoint of the registry is taken. A file is a note, the proof of an event, or a copy of
    an anchor, whose last note counts. Raises InputError for a file without a checkpoint, NotFoundError for a size
    without one, StoreError, MissingRegistryError.
    """
    with registry.store.reading() as connection:
        size = AuditLog(connection).anchored_size()
        older, newer = _named(connection, old), _named(connection, new or str(size))
        findings = [*_own_faults(connection, older, newer)] or [*_order_faults(older, newer)]
        path: list[bytes] = []
        if not findings and 0 < older.states.size < newer.states.size:
            path, findings = _path(connection, older, newer)
    text = "" if findings else consistency_file(older.states.size, path, newer.note)
    return Continuation(older.states.size, newer.states.size, text, tuple(findings))


def _named(connection: duckdb.DuckDBPyConnection, name: str) -> _Named:
    """Return the checkpoint of this size in the registry, or in this file."""
    if not (name.isascii() and name.isdecimal()):
        note = kept_note(Path(name))
        return _Named(name, note, parse_checkpoint(note))
    size = int(name[:18])
    found = AuditLog(connection).note(size)
    if found is None:
        nearest = ", ".join(str(one) for (one,) in connection.execute(_NEAREST, [size]).fetchall())
        remedy = f"choose the size of a checkpoint, such as {nearest}" if nearest else "sign one with any decision"
        raise NotFoundError(f"the registry has no checkpoint of size {name}", remedy)
    return _Named(f"the checkpoint of size {name}", found, parse_checkpoint(found))


def _own_faults(connection: duckdb.DuckDBPyConnection, *named: _Named) -> Iterator[str]:
    """Yield what is wrong with each checkpoint by itself: its origin, or its signature."""
    keys, origin = log_keys(connection), AuditLog(connection).origin()
    for checkpoint in named:
        if checkpoint.states.origin != origin:
            yield f"{checkpoint.name} belongs to the log {checkpoint.states.origin}, not to {origin}"
            continue
        try:
            verify_checkpoint(checkpoint.note, key_at(keys, max(1, checkpoint.states.size)))
        except AuditError as error:
            yield f"{checkpoint.name}: {error.what}"


def _order_faults(older: _Named, newer: _Named) -> Iterator[str]:
    old, new = older.states, newer.states
    if old.size > new.size:
        what = f"{newer.name} states {new.size} events, fewer than the {old.size} of {older.name}"
        yield f"{what}: it does not continue it"
    elif old.size == new.size and old.root != new.root:
        yield (
            f"{older.name} and {newer.name} state different events for the same size {old.size}, and both are signed: "
            "the key signed two histories; keep both, they prove it"
        )


def _path(connection: duckdb.DuckDBPyConnection, older: _Named, newer: _Named) -> tuple[list[bytes], list[str]]:
    """Return the proof, or else the findings. The leaves of the registry are compared with both checkpoints."""
    old, new = older.states, newer.states
    tree = partial_tree(connection, old.size, new.size)
    if tree.size < new.size:
        what = f"the registry has {tree.size} events, fewer than the {new.size} that {newer.name} states"
        return [], [f"{what}: its last events are missing, and nothing can be proved from it"]
    path = tree.consistency_proof(old.size)
    if verify_consistency(old.size, new.size, old.root, new.root, path):
        return path, []
    findings = _differing(tree, older, newer)
    return [], findings or ["the registry's events give no proof; run `modelward audit verify --deep`"]


def _differing(tree: PartialTree, older: _Named, newer: _Named) -> list[str]:
    """Say which of the two checkpoints the events of the registry contradict."""
    old, new = older.states, newer.states
    has_new = tree.root(new.size) == new.root
    if tree.root(old.size) == old.root:
        return [f"the events {old.size} to {new.size - 1} of the registry are not those that {newer.name} states"]
    what = f"the first {old.size} events of the registry are not those that {older.name} states"
    if has_new:
        return [f"{what}, but its first {new.size} are those of {newer.name}: history was rewritten after {older.name}"]
    return [what, f"its first {new.size} events are not those that {newer.name} states either"]
