"""Files are read in bounded memory, and nothing but a regular file of the export is ever opened."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from data.audit.standalone import export_files
from data.audit.standalone.export_files import (
    ManifestContent,
    NotRegularError,
    check_files,
    complete_lines,
    open_regular,
    read_manifest,
)
from data.audit.standalone.fault_list import FaultList

FIELDS: dict[str, Any] = {
    "anchors": [], "events": 1, "files": {}, "format": "modelward-export", "log_id": "0", "made_by": "x", "origin": "o",
    "scope": "all", "taken_at": "now", "version": 1, "vkey": "v", "withheld": 0,
}  # fmt: skip
WRONG: dict[str, dict[str, Any]] = {
    "another version": {"version": 2},
    "another format": {"format": "zip"},
    "a field of another type": {"events": "1"},
    "a field more": {"more": 1},
    "a truth for a number": {"events": True},
    "a file without a size": {"files": {"a": {"sha256": "0"}}},
    "a file that is no object": {"files": {"a": 1}},
    "an anchor without a name": {"anchors": [{"file": "a", "location": "local"}]},
}


def manifest_of(folder: Path, **changes: Any) -> tuple[ManifestContent | None, FaultList]:
    (folder / "manifest.json").write_bytes(rfc8785.dumps({**FIELDS, **changes}))
    faults = FaultList()
    return read_manifest(folder, faults), faults


def test_a_manifest_is_read_with_its_digest(tmp_path: Path) -> None:
    found, faults = manifest_of(tmp_path, files={"a": {"sha256": "0", "size": 1}})
    assert found is not None
    assert (found.files, found.anchors, faults.count()) == ({"a": {"sha256": "0", "size": 1}}, [], 0)
    assert found.digest == hashlib.sha256((tmp_path / "manifest.json").read_bytes()).hexdigest()


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_manifest_of_another_form_is_a_fault(changes: dict[str, Any], tmp_path: Path) -> None:
    found, faults = manifest_of(tmp_path, **changes)
    assert (found, [one.place for one in faults.listed()]) == (None, ["manifest.json"])


def test_a_huge_manifest_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "_LARGEST_MANIFEST", 20)
    assert manifest_of(tmp_path)[0] is None


def test_files_are_compared_with_the_manifest(tmp_path: Path) -> None:
    contents = {"same": b"a", "other": b"b", "longer": b"cc", "folder/inside": b"d"}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "linked").symlink_to(tmp_path / "same")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    expected = {
        "same": b"a",
        "other": b"x",
        "longer": b"c",
        "folder/inside": b"d",
        "linked": b"a",
        "pipe": b"",
        "lost": b"",
    }
    files = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in expected.items()
    }
    found, faults = manifest_of(tmp_path, files=files)
    assert found is not None
    (tmp_path / "added").touch()
    check_files(tmp_path, found, faults)
    places = [one.place for one in faults.listed()]
    assert sorted(places) == ["added", "empty", "linked", "longer", "lost", "other", "pipe"]


def test_lines_are_complete_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, faults = tmp_path / "lines", FaultList()
    path.write_bytes(b"a\n\nb\n")
    assert list(complete_lines(path, "lines", faults)) == [b"a", b"", b"b"]
    assert faults.count() == 0
    path.write_bytes(b"a\nb")
    assert list(complete_lines(path, "lines", faults)) == [b"a"]
    monkeypatch.setattr(export_files, "_LONGEST_LINE", 4)
    path.write_bytes(b"abc\nabcdef\n")
    assert list(complete_lines(path, "lines", faults)) == [b"abc"]
    assert [one.what for one in faults.listed()] == ["the last line is incomplete", "a line is too long"]


def test_a_folder_or_pipe_is_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotRegularError):
            open_regular(path)
