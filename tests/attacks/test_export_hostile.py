"""Attack: an export is made so that its verifier fails, hangs, misleads its reader or opens something else.

Most of these exports are signed with the log's own key: the verifier must be safe even if the operator is hostile.
Here is a sample with a fixed seed; `tests/soak/test_changed_exports.py` tries all of it with many seeds.

Result: Found: what cannot be read is a fault; only regular files of the export are opened; text is printed without
control characters.
Caught in: `verify.py` of the export
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.standalone.export_verification import verify_export
from tests.exports import SmallExports, edit_json, forge_manifest, run_in_process
from tests.hostile_exports import (
    ANCHOR,
    LINES,
    READ_BY_LINES,
    TABLE,
    accepted_bytes,
    accepted_notes,
    accepted_values,
    insert_lines,
)


def test_each_line_that_cannot_be_read_is_a_fault_of_its_file(small_export: Path, small_exports: SmallExports) -> None:
    insert_lines(small_export, small_exports.key, list(LINES.values()))
    report = verify_export(small_export)
    found = [one.place for one in report.faults]
    assert report.first_bad_seq == 1
    for name in READ_BY_LINES:
        assert found.count(name) >= len(LINES), name


def test_a_manifest_or_note_that_cannot_be_read_is_a_fault(small_export: Path) -> None:
    assert accepted_notes(small_export, random.Random(5).sample(sorted(LINES), 5)) == []


def test_an_event_with_a_field_of_any_other_type_is_a_fault_at_that_event(
    small_export: Path, small_exports: SmallExports
) -> None:
    assert accepted_values(small_export, small_exports.key, random.Random(7), rounds=8) == []


def test_bytes_changed_at_random_never_end_the_verifier(small_export: Path, small_exports: SmallExports) -> None:
    assert accepted_bytes(small_export, small_exports.key, random.Random(11), rounds=10) == []
    assert verify_export(small_export).ok


HOSTILE = "\x1b[2J\x07\u202e THE EXPORT IS VERIFIED \r"


def hostile_scope(folder: Path, exports: SmallExports) -> None:
    forge_manifest(folder, exports.key, scope=HOSTILE, taken_at=HOSTILE)


def hostile_key(folder: Path, exports: SmallExports) -> None:
    edit_json(folder / TABLE, 0, lambda row: row.update(key=HOSTILE))
    forge_manifest(folder, exports.key)


def hostile_file(folder: Path, exports: SmallExports) -> None:
    (folder / f"documents/{HOSTILE}".replace("\r", "")).touch()
    forge_manifest(folder, exports.key)


@pytest.mark.parametrize("attack", [hostile_scope, hostile_key, hostile_file])
def test_text_of_an_export_cannot_control_the_terminal(
    attack: Callable[[Path, SmallExports], None],
    small_export: Path,
    small_exports: SmallExports,
    capfd: pytest.CaptureFixture[str],
) -> None:
    attack(small_export, small_exports)
    for options in ((), ("--json",)):
        code, out, err = run_in_process(small_export, capfd, *options)
        assert (code, err) == (1, "")
        assert not any(mark in out for mark in "\x1b\x07\u202e\r")


def test_a_path_outside_the_export_is_never_opened(
    small_export: Path, small_exports: SmallExports, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes((small_export / ANCHOR).read_bytes())
    fields = json.loads((small_export / "manifest.json").read_bytes())
    anchor = {"file": "../outside.jsonl", "location": "witnessed", "name": "x"}
    forge_manifest(small_export, small_exports.key, anchors=[*fields["anchors"], anchor])
    faults = verify_export(small_export).faults
    assert any("outside" in one.what or "outside" in one.place for one in faults)
