"""Attack: somebody changes an export and writes its manifest again, without the log's key or with the stolen key.

Result: Found: without the key the signature does not fit; with it events, tables and documents contradict each other.
A history that was rewritten as a whole with the stolen key is found only by a checkpoint that the auditor kept.
Caught in: `verify.py` of the export; `--anchor`, `--trusted-vkey`
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from data.audit.body import leaf_hash
from data.audit.keys import SigningKey
from data.audit.merkle import root
from data.audit.note import sign_checkpoint
from data.audit.standalone.export_verification import verify_export
from tests.exports import Exports, edit_json, edit_lines, forge_manifest, seal_of

JOURNAL, NOTES, ANCHOR = "log/journal.jsonl", "log/checkpoints.jsonl", "log/anchor-1.jsonl"


def lines_of(folder: Path) -> list[bytes]:
    return (folder / JOURNAL).read_bytes().split(b"\n")[:-1]


def bodies(folder: Path) -> list[bytes]:
    return [line.partition(b"\t")[0] for line in lines_of(folder)]


def number_of(folder: Path, kind: str) -> int:
    """Return the number of the last event of a type."""
    return max(seq for seq, body in enumerate(bodies(folder)) if f'"type":"{kind}"'.encode() in body)


def edit_decision(folder: Path) -> None:
    number = number_of(folder, "approval.decided")
    edit_json(folder / JOURNAL, number, lambda event: event["actor"].update(id="eve"))


def edit_row(folder: Path) -> None:
    edit_json(folder / "tables/model.jsonl", 0, lambda row: row.update(tier=3))


def edit_revision(folder: Path) -> None:
    edit_json(folder / "tables/model.jsonl", 0, lambda row: row.update(rev=9))


def add_column(folder: Path) -> None:
    edit_json(folder / "tables/model.jsonl", 0, lambda row: row.update(blessed=None))


def add_row(folder: Path) -> None:
    edit_lines(folder / "tables/person.jsonl", lambda lines: [*lines, lines[0].replace(b"people/", b"people/x")])


def repeat_row(folder: Path) -> None:
    edit_lines(folder / "tables/person.jsonl", lambda lines: [*lines, lines[0]])


def spell_row_otherwise(folder: Path) -> None:
    edit_lines(folder / "tables/person.jsonl", lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]])


def drop_row(folder: Path) -> None:
    edit_lines(folder / "tables/finding.jsonl", lambda lines: lines[1:])


def drop_table(folder: Path) -> None:
    (folder / "tables/waiver.jsonl").unlink()


def add_table(folder: Path) -> None:
    (folder / "tables/bonus.jsonl").write_bytes(b'{"key":"a","rev":1}\n')


def replace_document(folder: Path) -> None:
    next(folder.glob("documents/*/*")).write_bytes(b"another document")


def add_document(folder: Path) -> None:
    content_digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of b"abc"
    path = folder / "documents/ba" / content_digest
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"abc")


def drop_document(folder: Path) -> None:
    event = json.loads(bodies(folder)[number_of(folder, "version.registered")])
    digest = event["refs"]["artifact"].removeprefix("sha256:")
    (folder / "documents" / digest[:2] / digest).unlink()


def add_page(folder: Path) -> None:
    (folder / "log/notes.txt").write_text("all is well\n", "utf-8")


def drop_last_checkpoint(folder: Path) -> None:
    edit_lines(folder / NOTES, lambda lines: lines[:-1])


def drop_checkpoint_of_anchor(folder: Path) -> None:
    edit_lines(folder / ANCHOR, lambda lines: [*lines[:3], *lines[4:]])


def damage_signature(folder: Path) -> None:
    edit_lines(folder / NOTES, lambda lines: [lines[0][:-12] + b"AAAA" + lines[0][-8:], *lines[1:]])


def cut_log(folder: Path) -> None:
    """Cut the journal and the checkpoints; the anchor, which others keep, still proves more."""
    edit_lines(folder / JOURNAL, lambda lines: lines[:50])
    edit_lines(folder / NOTES, lambda lines: [line for line in lines if int(json.loads(line).split("\n")[1]) <= 50])


def break_time(folder: Path) -> None:
    edit_json(folder / JOURNAL, len(bodies(folder)) - 1, lambda event: event.update(recorded_at="2000-01-01T00:00:00Z"))


def withhold_event(folder: Path) -> None:
    """Withhold a decision; the tree over the leaves stays the same."""
    number = number_of(folder, "validation.concluded")
    body, tab, seal = lines_of(folder)[number].partition(b"\t")
    leaf = b"leaf " + leaf_hash(body).hex().encode() + tab + seal
    edit_lines(folder / JOURNAL, lambda lines: [*lines[:number], leaf, *lines[number + 1 :]])


EDITS: dict[str, Callable[[Path], None]] = {
    "a decision": edit_decision,
    "a value of a row": edit_row,
    "the revision of a row": edit_revision,
    "a column that no event wrote": add_column,
    "a row that no event wrote": add_row,
    "a row twice": repeat_row,
    "a row spelled otherwise": spell_row_otherwise,
    "a row missing": drop_row,
    "a table missing": drop_table,
    "a table that the log does not declare": add_table,
    "a document replaced": replace_document,
    "a document that no event names": add_document,
    "a document missing": drop_document,
    "a file that is no part of an export": add_page,
    "the newest checkpoint missing": drop_last_checkpoint,
    "a checkpoint missing from an anchor": drop_checkpoint_of_anchor,
    "a signature damaged": damage_signature,
    "the log cut below its last checkpoint": cut_log,
    "a time in another form": break_time,
    "a decision withheld": withhold_event,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_without_the_key_no_edit_passes(edit: Callable[[Path], None], export: Path) -> None:
    edit(export)
    forge_manifest(export)
    assert "manifest.note" in [one.place for one in verify_export(export).faults]


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_with_the_stolen_key_an_edit_still_contradicts_the_log(
    edit: Callable[[Path], None], export: Path, exports: Exports
) -> None:
    edit(export)
    forge_manifest(export, exports.key)
    report = verify_export(export)
    assert not report.ok
    assert "manifest.note" not in [one.place for one in report.faults]


def test_with_another_key_the_manifest_is_not_signed_by_the_log(export: Path, exports: Exports) -> None:
    forge_manifest(export, SigningKey(exports.key.name, bytes(32)))
    assert [one.place for one in verify_export(export).faults] == ["manifest.note"]


FIELDS: dict[str, dict[str, Any]] = {
    "another scope": {"scope": "models/ops/delay"},
    "a scope that is no model": {"scope": "models"},
    "fewer events": {"events": 3},
    "withheld events that are not": {"withheld": 2},
    "another log": {"log_id": "0" * 32},
    "another key": {"vkey": "nobody"},
    "no anchors": {"anchors": []},
    "an anchor without a file": {"anchors": [{"file": "log/nowhere.jsonl", "location": "witnessed", "name": "x"}]},
    "a newer version of the format": {"version": 2},
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_a_signed_manifest_cannot_state_something_else(fields: dict[str, Any], export: Path, exports: Exports) -> None:
    forge_manifest(export, exports.key, **fields)
    assert not verify_export(export).ok


def test_history_rewritten_with_the_stolen_key_contradicts_a_checkpoint_kept_elsewhere(
    export: Path, exports: Exports, tmp_path: Path
) -> None:
    kept = tmp_path / "my-checkpoints.txt"
    kept.write_bytes((export / ANCHOR).read_bytes())
    number = number_of(export, "approval.decided")
    lines, leaves, prev = lines_of(export), list[bytes](), "0" * 64
    for seq, line in enumerate(lines):
        event = json.loads(line.partition(b"\t")[0]) | {"prev": prev}
        if seq == number:
            event["data"] |= {"comment": "forged"}
        body = rfc8785.dumps(event)
        lines[seq] = body + (seal_of(body, seq, exports.key) if b"\t" in line else b"")
        leaves.append(leaf_hash(body))
        prev = leaves[-1].hex()
    (export / JOURNAL).write_bytes(b"".join(line + b"\n" for line in lines))
    sizes = [int(json.loads(line).split("\n")[1]) for line in (export / NOTES).read_bytes().splitlines()]
    notes = [sign_checkpoint(exports.key.name, size, root(leaves[:size]), exports.key) for size in sizes]
    for path in (export / NOTES, export / ANCHOR):
        path.write_bytes(b"".join(json.dumps(note, ensure_ascii=False).encode() + b"\n" for note in notes))
    forge_manifest(export, exports.key)
    assert verify_export(export).ok  # whoever has the key can write another history: so compare with an own checkpoint
    report = verify_export(export, own_anchors=[kept])
    assert {one.place for one in report.faults} == {str(kept)}


def test_a_genuine_export_agrees_with_a_key_and_checkpoints_kept_elsewhere(exports: Exports, tmp_path: Path) -> None:
    lines = (exports.everything / ANCHOR).read_bytes().splitlines()
    as_lines, as_note = tmp_path / "kept.jsonl", tmp_path / "kept.txt"
    as_lines.write_bytes(b"".join(line + b"\n" for line in lines[:9]))
    as_note.write_text(json.loads(lines[-1]), "utf-8")
    genesis = json.loads(bodies(exports.everything)[0])["data"]["vkey"]
    report = verify_export(exports.everything, genesis, [as_lines, as_note])
    assert (report.ok, report.own_anchors) == (True, 2)
    assert not any("whose key" in sentence for sentence in report.not_proved)
    other = SigningKey("elsewhere.example", bytes(32)).vkey
    assert not verify_export(exports.everything, other).ok
    assert not verify_export(exports.everything, own_anchors=[tmp_path / "nowhere"]).ok
