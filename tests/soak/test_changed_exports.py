"""Every line, value and byte that an export never contains, each alone, with as many seeds as SOAK_SEEDS says.

SOAK_SEEDS is a number of seeds from SOAK_SEED on (defaults 3 and 1). EXPORT_FLIPS is the number of bytes that are
changed in each file (default 40).
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from data.audit.standalone.export_verification import verify_export
from tests.exports import SmallExports
from tests.hostile_exports import (
    LINES,
    READ_BY_LINES,
    accepted_bytes,
    accepted_cuts,
    accepted_flips,
    accepted_notes,
    accepted_values,
    files_of,
    insert_lines,
    places,
)

FIRST = int(os.environ.get("SOAK_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("SOAK_SEEDS", "3")))
FLIPS = int(os.environ.get("EXPORT_FLIPS", "40"))

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_cannot_be_read_is_a_fault_of_its_file(
    line: bytes, small_export: Path, small_exports: SmallExports
) -> None:
    insert_lines(small_export, small_exports.key, [line])
    report = verify_export(small_export)
    assert set(READ_BY_LINES) <= {one.place for one in report.faults}
    assert report.first_bad_seq == 1


def test_a_manifest_or_note_that_cannot_be_read_is_a_fault(small_export: Path) -> None:
    assert accepted_notes(small_export, sorted(LINES)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_field_of_any_other_type_is_a_fault_at_that_event(
    seed: int, small_export: Path, small_exports: SmallExports
) -> None:
    assert accepted_values(small_export, small_exports.key, random.Random(seed), rounds=100) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_bytes_changed_at_random_never_end_the_verifier(
    seed: int, small_export: Path, small_exports: SmallExports
) -> None:
    assert accepted_bytes(small_export, small_exports.key, random.Random(seed), rounds=300) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_one_byte_changed_in_any_file_is_found(seed: int, small_export: Path) -> None:
    chosen = random.Random(seed)
    assert accepted_flips(small_export, list(places(files_of(small_export), chosen, FLIPS))) == []


def test_every_byte_of_the_signed_note_is_covered(small_export: Path) -> None:
    note = small_export / "manifest.note"
    assert accepted_flips(small_export, [(note, offset) for offset in range(note.stat().st_size)]) == []


def test_every_file_that_is_missing_or_cut_is_found(small_export: Path) -> None:
    files = files_of(small_export)
    assert accepted_cuts(small_export, [(path, is_cut) for path in files for is_cut in (False, True)]) == []
