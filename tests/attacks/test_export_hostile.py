"""Attack: an export is made so that its verifier fails, hangs, misleads its reader or opens something else.

Most of these exports are signed with the log's own key: the verifier must be safe even if the operator is hostile.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.standalone.export_report import report_text
from data.audit.standalone.export_verification import verify_export
from tests.exports import Exports, edit_json, edit_lines, forge_manifest, run_verifier

JOURNAL, NOTES, ANCHOR, TABLE = "log/journal.jsonl", "log/checkpoints.jsonl", "log/anchor-1.jsonl", "tables/model.jsonl"
DEEP = b"[" * 100_000
LINES: dict[str, bytes] = {
    "an empty line": b"",
    "no JSON": b"\xff\x00\xfe",
    "deeply nested": b'{"a":' + DEEP + b"]" * 100_000 + b"}",
    "an open nesting": DEEP,
    "a number of 5000 digits": b'{"a":' + b"1" * 5000 + b"}",
    "not a number": b'{"a":NaN}',
    "an infinite number": b'{"a":1e999}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate as a note": b'"\\ud800"',
    "a name twice": b'{"a":1,"a":2}',
    "a list": b"[1,2]",
    "a text": b'"text"',
    "null": b"null",
    "two tabs": b"{}\t\t",
    "a seal that is no base64": b"{}\t!!!!",
    "a withheld event with a short hash": b"leaf 1234",
    "a line separator in a note": '"a\u2028b\\n1\\nAAAA\\n\\n— a AAAAAAAA\\n"'.encode(),
    "a note with a huge size": b'"a\\n999999999999999999999\\nAAAA\\n\\n\xe2\x80\x94 a AAAAAAAA\\n"',
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_cannot_be_read_is_a_fault_of_its_file(line: bytes, export: Path, exports: Exports) -> None:
    for name in (JOURNAL, NOTES, ANCHOR, TABLE):
        edit_lines(export / name, lambda lines: [*lines[:1], line, *lines[1:]])
    forge_manifest(export, exports.key)
    report = verify_export(export)
    assert {JOURNAL, NOTES, ANCHOR, TABLE} <= {one.place for one in report.faults}
    assert report.first_bad_seq == 1


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_manifest_or_note_that_cannot_be_read_is_a_fault(line: bytes, export: Path) -> None:
    for name in ("manifest.note", "manifest.json"):
        (export / name).write_bytes(line)
        assert name in [one.place for one in verify_export(export).faults]


VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    1e300,
    "",
    "x" * 300,
    [],
    [[]],
    {},
    {"": None},
    "2013-13-01T00:00:00.000000Z",
)


def test_an_event_with_a_field_of_any_other_type_is_a_fault_at_that_event(export: Path, exports: Exports) -> None:
    content = (export / JOURNAL).read_bytes()
    genesis = json.loads(content.split(b"\n")[0].partition(b"\t")[0])
    fields = [(0, "data", name) for name in genesis["data"]] + [(7, name, "") for name in genesis]
    chosen = random.Random(7)
    for number, name, inner in fields:
        value = chosen.choice(VALUES)

        def edit(event: dict[str, object], name: str = name, inner: str = inner, value: object = value) -> None:
            event[name] = {**event[name], inner: value} if inner else value  # type: ignore[dict-item]

        edit_json(export / JOURNAL, number, edit)
        forge_manifest(export, exports.key)
        report = verify_export(export)
        assert (report.ok, report.first_bad_seq is not None and report.first_bad_seq <= number + 1) == (False, True)
        (export / JOURNAL).write_bytes(content)


def test_bytes_changed_at_random_never_end_the_verifier(export: Path, exports: Exports) -> None:
    chosen = random.Random(11)
    files = [export / name for name in (JOURNAL, NOTES, ANCHOR, TABLE, "tables/version.jsonl", "manifest.json")]
    for _ in range(60):
        path = chosen.choice(files)
        content = path.read_bytes()
        start = chosen.randrange(len(content))
        end = start + chosen.choice((0, 1, 2, 50))
        path.write_bytes(content[:start] + chosen.randbytes(chosen.choice((0, 1, 3, 40))) + content[end:])
        changed = path.read_bytes() != content
        if path.name != "manifest.json":
            forge_manifest(export, exports.key)
        report = verify_export(export)
        assert report.ok is not changed, (path.name, start, end)
        assert report_text(report).isprintable() or "\n" in report_text(report)
        path.write_bytes(content)
        if path.name != "manifest.json":
            forge_manifest(export, exports.key)


HOSTILE = "\x1b[2J\x07\u202e THE EXPORT IS VERIFIED \r"


def hostile_scope(folder: Path, exports: Exports) -> None:
    forge_manifest(folder, exports.key, scope=HOSTILE, taken_at=HOSTILE)


def hostile_key(folder: Path, exports: Exports) -> None:
    edit_json(folder / TABLE, 0, lambda row: row.update(key=HOSTILE))
    forge_manifest(folder, exports.key)


def hostile_file(folder: Path, exports: Exports) -> None:
    (folder / f"documents/{HOSTILE}".replace("\r", "")).touch()
    forge_manifest(folder, exports.key)


@pytest.mark.parametrize("attack", [hostile_scope, hostile_key, hostile_file])
def test_text_of_an_export_cannot_control_the_terminal(
    attack: Callable[[Path, Exports], None], export: Path, exports: Exports
) -> None:
    attack(export, exports)
    for options in ((), ("--json",)):
        ran = run_verifier(export, *options)
        assert (ran.returncode, ran.stderr) == (1, "")
        assert not any(mark in ran.stdout for mark in "\x1b\x07\u202e\r")


def test_a_path_outside_the_export_is_never_opened(export: Path, exports: Exports, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes((export / ANCHOR).read_bytes())
    fields = json.loads((export / "manifest.json").read_bytes())
    anchor = {"file": "../outside.jsonl", "location": "witnessed", "name": "x"}
    forge_manifest(export, exports.key, anchors=[*fields["anchors"], anchor])
    assert any("outside" in one.what or "outside" in one.place for one in verify_export(export).faults)
