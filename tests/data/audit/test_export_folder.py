"""Each file of an export is private, complete on disk and in the manifest, which the key signs."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from data.audit.export_folder import ExportFolder, pack_export
from data.audit.keys import SigningKey
from data.audit.standalone.signed_note import is_signed_by, read_note

KEY = SigningKey("example.org/log", bytes(32))


def test_the_manifest_lists_every_file_and_is_signed(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path / "out")
    (tmp_path / "source").write_bytes(b"copied")
    folder.write("a/b/c.txt", b"written")
    folder.copy("copy", tmp_path / "source")
    folder.place("made/by.library").write_bytes(b"made")
    folder.list_written("made/by.library")
    digest = folder.sign({"scope": "all"}, "example.org/log", KEY)
    content = (folder.root / "manifest.json").read_bytes()
    assert digest == "sha256:" + hashlib.sha256(content).hexdigest()
    files = json.loads(content)["files"]
    assert files["copy"] == {"sha256": hashlib.sha256(b"copied").hexdigest(), "size": 6}
    assert sorted(files) == ["a/b/c.txt", "copy", "made/by.library"]
    note = read_note((folder.root / "manifest.note").read_text("utf-8"))
    assert note is not None
    assert is_signed_by(note, KEY.vkey)
    assert {path.stat().st_mode & 0o777 for path in folder.root.rglob("*") if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folder.root.rglob("*") if path.is_file()} == {0o600}


def test_a_file_is_written_once_and_an_incomplete_one_is_not_listed(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path / "out")
    folder.write("a", b"1")
    with pytest.raises(FileExistsError):
        folder.write("a", b"2")
    with pytest.raises(OSError, match="full"), folder.writing("b"):
        raise OSError("full")
    folder.sign({}, "example.org/log", KEY)
    assert sorted(json.loads((folder.root / "manifest.json").read_bytes())["files"]) == ["a"]


def test_an_archive_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    folder = ExportFolder(tmp_path / "out")
    folder.write("a/b", b"1")
    pack_export(folder.root, tmp_path / "1.tar.gz")
    pack_export(folder.root, tmp_path / "2.tar.gz")
    assert (tmp_path / "1.tar.gz").read_bytes() == (tmp_path / "2.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "1.tar.gz") as archive:
        assert archive.getnames() == ["out/a/b"]
