"""Attack: somebody changes a file of an export: a byte, a line, a file, or a part of another export."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.audit.standalone.export_verification import verify_export
from tests.exports import Exports, edit_json, edit_lines, flip, run_verifier

EVERY_BYTE, SAMPLES = {"manifest.note"}, int(os.environ.get("EXPORT_FLIPS", "4"))
"""Every byte of the note is changed, which signs the digest of the manifest, and a sample of each other file, which the
manifest lists with its digest. EXPORT_FLIPS=1000 makes a longer run."""


def places(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield file and offset of each byte to change; a seed makes the sample the same in each run."""
    chosen = random.Random(20_131)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        whole = path.name in EVERY_BYTE or size <= SAMPLES
        offsets = range(size) if whole else sorted(chosen.sample(range(size), SAMPLES))
        yield from ((path, offset) for offset in offsets)


def test_one_byte_changed_anywhere_is_found(small_export: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_export, tmp_path / "export"))
    assert verify_export(folder).ok
    accepted, tried = [], 0
    for path, offset in places(folder):
        flip(path, offset, 1 << offset % 8)
        if verify_export(folder).ok:
            accepted.append(f"{path.name}:{offset}")
        flip(path, offset, 1 << offset % 8)
        tried += 1
    assert (accepted, tried > 300) == ([], True)
    assert verify_export(folder).ok


def test_every_file_that_is_missing_cut_or_longer_is_found(small_export: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_export, tmp_path / "export"))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for changed in (None, content[:-1] or b"\n"):
            path.unlink() if changed is None else path.write_bytes(changed)
            assert not verify_export(folder).ok, (path, changed)
            path.write_bytes(content)
    assert verify_export(folder).ok


def swap_lines(folder: Path) -> None:
    edit_lines(folder / "log/journal.jsonl", lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]])


def drop_line(folder: Path) -> None:
    edit_lines(folder / "log/journal.jsonl", lambda lines: lines[:7] + lines[8:])


def repeat_line(folder: Path) -> None:
    edit_lines(folder / "log/journal.jsonl", lambda lines: [*lines, lines[-1]])


def drop_row(folder: Path) -> None:
    edit_lines(folder / "tables/vote.jsonl", lambda lines: lines[1:])


def rename_document(folder: Path) -> None:
    path = next(folder.glob("documents/*/*"))
    path.rename(path.with_name("0" * 64))


def swap_documents(folder: Path) -> None:
    first, second = sorted(folder.glob("documents/*/*"))[:2]
    content = first.read_bytes()
    shutil.copyfile(second, first)
    second.write_bytes(content)


def empty_folder(folder: Path) -> None:
    (folder / "documents" / "zz").mkdir()


def link_to_itself(folder: Path) -> None:
    path = folder / "log" / "journal.jsonl"
    path.rename(folder.parent / "journal.jsonl")
    path.symlink_to(folder.parent / "journal.jsonl")


def pipe(folder: Path) -> None:
    path = folder / "tables" / "vote.jsonl"
    path.unlink()
    os.mkfifo(path)


def no_tables(folder: Path) -> None:
    shutil.rmtree(folder / "tables")


CHANGES: dict[str, Callable[[Path], object]] = {
    "two lines of the journal swapped": swap_lines,
    "a line of the journal removed": drop_line,
    "the last event repeated": repeat_line,
    "a row removed": drop_row,
    "a document renamed": rename_document,
    "two documents swapped": swap_documents,
    "a file added": lambda folder: (folder / "documents" / "extra.txt").write_text("read me", "utf-8"),
    "a file with an unreadable name added": lambda folder: (folder / os.fsdecode(b"\xff\x1b[2J")).touch(),
    "an empty folder added": empty_folder,
    "the journal replaced by a link to its bytes": link_to_itself,
    "a table replaced by a pipe": pipe,
    "all tables removed": no_tables,
    "the note of the manifest removed": lambda folder: (folder / "manifest.note").unlink(),
    "an event written again": lambda folder: edit_json(
        folder / "log/journal.jsonl", 9, lambda event: event.pop("refs")
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_found_and_the_verifier_ends_in_order(change: Callable[[Path], object], export: Path) -> None:
    change(export)
    ran = run_verifier(export, "--json")
    report = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr, report["ok"], report["proved"]) == (1, "", False, [])
    assert run_verifier(export).stdout.startswith("THE EXPORT FAILS VERIFICATION")


@pytest.mark.parametrize("name", ["log/journal.jsonl", "log/checkpoints.jsonl", "manifest.json", "manifest.note"])
def test_a_file_of_another_log_is_found(name: str, export: Path, small_export: Path) -> None:
    shutil.copyfile(small_export / name, export / name)
    assert not verify_export(export).ok


def test_a_file_of_another_export_of_the_same_log_is_found(export: Path, exports: Exports) -> None:
    for name in ("log/journal.jsonl", "tables/model.jsonl", "manifest.json", "manifest.note"):
        content = (export / name).read_bytes()
        shutil.copyfile(exports.model / name, export / name)
        assert not verify_export(export).ok, name
        (export / name).write_bytes(content)
    assert verify_export(export).ok


def test_without_a_manifest_nothing_is_verified(export: Path) -> None:
    (export / "manifest.json").unlink()
    ran = run_verifier(export)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no export in" in ran.stderr
