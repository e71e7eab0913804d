"""Try every kind of change in one home: change it, let its checker look, compare what is found, restore the home."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.audit.standalone.export_verification import verify_export
from data.errors import ModelwardError
from data.queries.serving_comparison import compare_serving
from data.queries.verification import verify_registry
from tests.soak.attack_runs import PartResult, kinds_without, read_rows
from tests.tampering import (
    anchor_kinds,
    copy_kinds,
    decision_kinds,
    derived_kinds,
    export_kinds,
    file_kinds,
    log_kinds,
    report_kinds,
    serving_kinds,
    table_kinds,
)
from tests.tampering.kind import Checker, ExpectedFinding, Kind
from tests.tampering.tampered_home import TamperedHome
from tests.world import Template

_MODULES = (
    log_kinds, table_kinds, copy_kinds, anchor_kinds, file_kinds, serving_kinds, export_kinds, decision_kinds,
    derived_kinds, report_kinds,
)  # fmt: skip
KINDS: tuple[Kind, ...] = tuple(kind for module in _MODULES for kind in module.KINDS)


RUN = "tampering"
"""The name of this run in benchmarks/attack_runs.csv."""


@dataclass(frozen=True)
class Found:
    """What a checker found: each finding as its text and table, and the first bad event."""

    findings: Sequence[tuple[str, str | None]]
    first_bad_seq: int | None = None


def fault_of(home: TamperedHome, kind: Kind, seed: int) -> str:
    """Make one change and return what was not found as required; empty if all was. The home is restored.

    Raises AssertionError if the change changed nothing.
    """
    try:
        expected = kind.tamper(home, random.Random(f"{kind.name} {seed}"))
        assert home.has_changed(), f"{kind.name}, seed {seed}: nothing was changed"
        return _difference(expected, found_by(home, kind.by))
    finally:
        home.restore()


def run_part(seed: int, template: Template, folder: Path) -> list[PartResult]:
    """Make one change of each kind that the table of attack runs lacks for a seed; return how each ended."""
    missing = set(kinds_without(read_rows(), RUN, [kind.name for kind in KINDS], seed))
    home, results = TamperedHome.make(template, folder), []
    for kind in (kind for kind in KINDS if kind.name in missing):
        fault = fault_of(home, kind, seed)
        faults = (f"{kind.name}, seed {seed}: {fault}",) if fault else ()
        results.append(PartResult(kind.name, 1, 0 if fault else 1, faults))
    shutil.rmtree(folder)
    return results


def found_by(home: TamperedHome, checker: Checker) -> Found:
    """Return what a checker finds. A refusal to open the home is a finding with the text of the refusal."""
    try:
        return _CHECKERS[checker](home)
    except ModelwardError as refused:
        return Found([(refused.what, None)])


def _verified(home: TamperedHome) -> Found:
    report = verify_registry(home.registry(), deep=True)
    return Found([(one.what, one.table) for one in report.findings], report.first_bad_seq)


def _served(home: TamperedHome) -> Found:
    return Found([(one.what, None) for one in compare_serving(home.registry()).differences])


def _exported(home: TamperedHome) -> Found:
    report = verify_export(home.export, deep=True)
    return Found([(f"{one.place}: {one.what}", None) for one in report.faults], report.first_bad_seq)


def _read(check: Callable[[TamperedHome], list[str]]) -> Callable[[TamperedHome], Found]:
    return lambda home: Found([(what, None) for what in check(home)])


_CHECKERS: dict[Checker, Callable[[TamperedHome], Found]] = {
    "verify": _verified, "serving": _served, "export": _exported,
    "counts": _read(derived_kinds.check_counts), "submission": _read(derived_kinds.check_provenance),
    "receipt": _read(derived_kinds.check_receipt), "pages": _read(report_kinds.check_pages),
}  # fmt: skip
CHECKERS: tuple[Checker, ...] = tuple(_CHECKERS)


def _difference(expected: ExpectedFinding, found: Found) -> str:
    listed = "; ".join(f"{table}: {what}" if table else what for what, table in found.findings[:3])
    if not found.findings:
        return "nothing was found"
    if found.first_bad_seq not in {expected.seq, expected.seq if expected.proven is None else expected.proven}:
        return f"the first bad event is {expected.seq}, found was {found.first_bad_seq}: {listed}"
    is_named = any(expected.says in what and table == (expected.table or table) for what, table in found.findings)
    return "" if is_named else f"{expected.table or ''} {expected.says!r} is not named: {listed}"
