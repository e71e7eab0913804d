"""Frontiers and confirmations that the registry keeps, compared with the events and the anchors."""

from __future__ import annotations

from typing import Any

import pytest

from data.audit.body import leaf_hash
from data.audit.merkle import Frontier
from data.audit.note import sign_checkpoint
from data.audit.verifier.checkpoints import Source
from data.audit.verifier.log_tables import check_confirmations, check_frontiers
from data.audit.verifier.report import Findings
from tests.served_files import KEY


class AnsweringTables:
    """A registry that answers each query about a table with these rows."""

    def __init__(self, **tables: list[tuple[Any, ...]]) -> None:
        self._tables = tables

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return next(rows for name, rows in self._tables.items() if f"main.{name}" in query)


def tree(size: int) -> Frontier:
    frontier = Frontier.empty()
    for number in range(size):
        frontier = frontier.append(leaf_hash(b"%d" % number))
    return frontier


FRONTIERS = {
    "that of the events": (5, tree(5).to_hex(), 0, True),
    "that of fewer events": (5, tree(4).to_hex(), 0, False),
    "of another size": (5, tree(5).to_hex().replace("5", "6", 1), 0, False),
    "without nodes": (5, f"{5:016x}", 0, False),
    "no hex digits": (5, f"{5:016x}" + "x" * 128, 0, False),
    "none": (5, None, 0, False),
    "none before events were sealed": (5, None, 5, True),
    "none in a log without seals": (5, None, None, False),
}


@pytest.mark.parametrize(("size", "frontier", "sealed", "is_sound"), FRONTIERS.values(), ids=FRONTIERS)
def test_a_frontier(size: int, frontier: str | None, sealed: int | None, is_sound: bool) -> None:
    findings = Findings()
    rows: Any = AnsweringTables(audit_event=[(sealed,)], checkpoint=[(size, frontier)])
    check_frontiers(rows, {size: tree(size).root()}, findings)
    assert (findings.all() == []) is is_sound


def source(file: str, *sizes: int) -> Source:
    notes = [sign_checkpoint(KEY.name, size, tree(size).root(), KEY) for size in sizes]
    return Source(f"the anchor {file}", notes, None, "local", (), file)


CONFIRMED = {
    "ends where it confirmed": ("local:checkpoints.txt", source("checkpoints.txt", 3, 5), True),
    "ends before": ("local:checkpoints.txt", source("checkpoints.txt", 3), False),
    "the copy of a file elsewhere": ("off-host:notes.txt", source("1-notes.txt", 3), False),
    "the copy of a git branch": (
        "off-host:anchors.git#log/a@origin",
        source("1-anchors.git-log-a.git.jsonl", 3),
        False,
    ),
    "a file whose name begins with a number": ("local:1-notes.txt", source("1-notes.txt", 3), False),
    "an anchor that is not compared": ("local:other.txt", source("checkpoints.txt", 3), True),
    "an anchor without notes": ("local:checkpoints.txt", source("checkpoints.txt"), True),
}


@pytest.mark.parametrize(("name", "anchor", "is_sound"), CONFIRMED.values(), ids=CONFIRMED)
def test_an_anchor_has_what_it_confirmed(name: str, anchor: Source, is_sound: bool) -> None:
    findings = Findings()
    rows: Any = AnsweringTables(anchor_confirmation=[(name, 5)])
    check_confirmations(rows, [anchor], findings)
    assert (findings.all() == []) is is_sound
