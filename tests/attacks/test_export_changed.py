"""Attack: somebody changes a file of an export: a byte, a line, a file, or a part of another export.

Here is a sample with a fixed seed. `tests/soak/test_changed_exports.py` changes bytes of every file with many seeds,
and `tests/modelward/demo/test_whole_life.py` those of the demo's export.

Result: Found: the manifest is signed by the log's key, and lists every file with its digest.
Caught in: `verify.py` of the export
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.audit.standalone.export_report import report_text
from data.audit.standalone.export_verification import verify_export
from tests.bare_verifications import verified_by
from tests.exports import SmallExports, each_bare_python, edit_json, edit_lines, run_in_process, run_verifier
from tests.hostile_exports import accepted_cuts, accepted_flips, files_of, places

GOLDEN = Path(__file__).parents[1] / "data/audit/exports/everything-2.tar.gz"


def sampled_files(folder: Path, chosen: random.Random) -> list[Path]:
    """Return one file of each kind that an export has, and twelve of its tables."""
    files = files_of(folder)
    tables = [path for path in files if path.parent.name == "tables"]
    documents = [path for path in files if "documents" in path.parts]
    others = [path for path in files if path not in tables and path not in documents]
    return others + chosen.sample(tables, 12) + chosen.sample(documents, 1)


def test_one_byte_changed_anywhere_is_found(small_export: Path) -> None:
    chosen = random.Random(20_131)
    tried = list(places(sampled_files(small_export, chosen), chosen, 1))
    tried += places([small_export / "manifest.note"], chosen, 15)
    assert verify_export(small_export).ok
    assert accepted_flips(small_export, tried) == []
    assert (len(tried) > 30, verify_export(small_export).ok) == (True, True)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an export of an earlier release; tests restore what they change."""
    unpacked = tmp_path_factory.mktemp("golden")
    with tarfile.open(GOLDEN) as archive:
        archive.extractall(unpacked, filter="data")
    (folder,) = unpacked.iterdir()
    return folder


@each_bare_python()
def test_one_byte_changed_is_found_and_the_report_is_the_same_on_a_bare(
    python: str, golden: Path, tmp_path: Path
) -> None:
    chosen = random.Random(python)
    sample = chosen.sample(sampled_files(golden, chosen), 10)
    tried = verified_by(python, tmp_path, golden, list(places(sample, chosen, 1)))
    assert tried.text == report_text(verify_export(golden))
    assert tried.accepted == []


def test_a_replaced_verifier_says_what_it_wants_and_another_copy_of_it_finds_the_change(small_export: Path) -> None:
    own = small_export / "verify.py"
    genuine = own.read_bytes()
    own.write_bytes(b"print('THE EXPORT IS VERIFIED')\n")
    swap_lines(small_export)
    assert run_verifier(small_export).returncode == 0
    assert "verify.py" in {fault.place for fault in verify_export(small_export).faults}
    own.write_bytes(genuine)
    assert "verify.py" not in {fault.place for fault in verify_export(small_export).faults}


def test_a_file_that_is_missing_or_cut_is_found(small_export: Path) -> None:
    chosen = random.Random(20_132)
    files = sampled_files(small_export, chosen)
    assert accepted_cuts(small_export, [(path, chosen.random() < 0.5) for path in files]) == []
    assert verify_export(small_export).ok


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
def test_a_change_is_found_and_the_verifier_ends_in_order(
    change: Callable[[Path], object], small_export: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change(small_export)
    code, out, err = run_in_process(small_export, capfd, "--json")
    report = json.loads(out)
    assert (code, err, report["ok"], report["proved"]) == (1, "", False, [])


def test_the_file_itself_says_first_that_a_changed_export_fails(small_export: Path) -> None:
    swap_lines(small_export)
    ran = run_verifier(small_export)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith("THE EXPORT FAILS VERIFICATION")


def test_a_file_of_another_log_is_found(small_export: Path, golden: Path) -> None:
    for name in ("log/journal.jsonl", "log/checkpoints.jsonl", "manifest.json", "manifest.note"):
        content = (small_export / name).read_bytes()
        shutil.copyfile(golden / name, small_export / name)
        assert not verify_export(small_export).ok, name
        (small_export / name).write_bytes(content)
    assert verify_export(small_export).ok


def test_a_file_of_another_export_of_the_same_log_is_found(small_export: Path, small_exports: SmallExports) -> None:
    for name in ("tables/person.jsonl", "manifest.json", "manifest.note"):
        content = (small_export / name).read_bytes()
        shutil.copyfile(small_exports.model / name, small_export / name)
        assert not verify_export(small_export).ok, name
        (small_export / name).write_bytes(content)
    assert verify_export(small_export).ok


def test_without_a_manifest_nothing_is_verified(small_export: Path) -> None:
    (small_export / "manifest.json").unlink()
    ran = run_verifier(small_export)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no export in" in ran.stderr


@pytest.mark.parametrize("back", [1, 20], ids=["the last event", "an event in the middle"])
def test_an_edited_event_is_the_first_bad_one_not_the_event_after_it(small_export: Path, back: int) -> None:
    path = small_export / "log/journal.jsonl"
    seq = path.read_bytes().count(b"\n") - back
    edit_json(path, seq, lambda event: event.update(actor={"id": "eve", "auth": "totp"}))
    assert verify_export(small_export).first_bad_seq == seq
