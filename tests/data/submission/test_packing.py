"""A folder is packed under its digest, and unpacking trusts nothing in the pack."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import ArtifactError, DigestMismatchError, SubmissionError
from data.files.artifacts import ArtifactStore
from data.submission.packing import Allowance, list_files, pack, unpack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    (folder / "docs").mkdir(parents=True)
    (folder / "model.yaml").write_text("model: ops/delay\n")
    (folder / "docs" / "purpose.md").write_text("Why.\n")
    return folder


def test_an_unpacked_folder_equals_the_packed_one(folder: Path, tmp_path: Path) -> None:
    digest = pack(folder, tmp_path / "inbox")
    unpacked = unpack(tmp_path / "inbox", digest, tmp_path / "out")
    assert list_files(unpacked) == list_files(folder)
    assert (unpacked / "docs" / "purpose.md").read_text() == "Why.\n"
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["sha256"], "no half-written pack stays"


def test_the_same_files_always_give_the_same_digest(folder: Path, tmp_path: Path) -> None:
    first = pack(folder, tmp_path / "inbox")
    os.utime(folder / "model.yaml", (1, 1))
    (folder / "model.yaml").chmod(0o600)
    assert pack(folder, tmp_path / "inbox") == first
    (folder / "model.yaml").write_text("model: ops/other\n")
    assert pack(folder, tmp_path / "inbox") != first


def test_hidden_files_and_caches_are_left_out(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("[core]\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_bytes(b"\0")
    (folder / ".env").write_text("token\n")
    assert [str(path) for path in list_files(folder)] == ["docs/purpose.md", "model.yaml"]


def link(folder: Path) -> None:
    (folder / "secret").symlink_to("/etc/hostname")


def link_to_folder(folder: Path) -> None:
    (folder / "etc").symlink_to("/etc")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def newline(folder: Path) -> None:
    (folder / "a\nb").write_text("")


def backslash(folder: Path) -> None:
    (folder / "a\\b").write_text("")


def many(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}").write_text("")


def large(folder: Path) -> None:
    (folder / "large").write_bytes(b"0" * 2_000)


def long(folder: Path) -> None:
    (folder / ("a" * 60)).write_text("")


UNPACKABLE = {
    "a link to a file is refused": (link, "secret is a symbolic link", "the file itself"),
    "a link to a folder is refused": (link_to_folder, "etc is a symbolic link", "the file itself"),
    "a pipe is refused": (pipe, "pipe is not a regular file", "remove it"),
    "a line break in a name is refused": (newline, "'a\\nb' is not a valid path", "printable"),
    "a backslash in a name is refused": (backslash, "'a\\\\b' is not a valid path", "without backslash"),
    "more files than allowed are refused": (many, "22 files", "remove the files"),
    "more bytes than allowed are refused": (large, "3 files, 2,0", "remove the files"),
    "a name longer than allowed is refused": (long, " characters", "at most 50"),
}


@pytest.mark.parametrize("make, what, remedy", UNPACKABLE.values(), ids=UNPACKABLE)
def test_packing_is_refused_with(
    folder: Path, tmp_path: Path, make: Callable[[Path], None], what: str, remedy: str
) -> None:
    make(folder)
    with pytest.raises(SubmissionError) as refused:
        pack(folder, tmp_path / "inbox", Allowance(files=20, bytes=1_000, path=50))
    assert what in refused.value.what
    assert remedy in refused.value.remedy
    assert not (tmp_path / "inbox").exists()


def test_a_path_that_is_not_a_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "linked").symlink_to(folder)
    with pytest.raises(SubmissionError, match=r"model\.yaml is not a folder"):
        list_files(folder / "model.yaml")
    with pytest.raises(SubmissionError, match="linked is a symbolic link"):
        list_files(tmp_path / "linked")
    with pytest.raises(SubmissionError, match="empty has no files"):
        list_files(tmp_path / "empty")


def entry(name: str, size: int = 0, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    for field, value in fields.items():
        setattr(info, field, value)
    return info


FORGED = {
    "a way out of the folder": ([entry("../out")], "leads out of the submission"),
    "an absolute path": ([entry("/etc/cron.d/job")], "leads out of the submission"),
    "a link": ([entry("a", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "not a regular file"),
    "a hard link": ([entry("a", type=tarfile.LNKTYPE, linkname="/etc/passwd")], "not a regular file"),
    "a device": ([entry("a", type=tarfile.CHRTYPE)], "not a regular file"),
    "the same file twice": ([entry("a"), entry("a")], "'a' is in the pack twice"),
    "a file where a folder is needed": ([entry("a"), entry("a/b")], "'a/b' has the path of another file"),
    "too many files": ([entry(str(n)) for n in range(5)], "more files or bytes"),
    "too many bytes": ([entry("a", 2_000)], "more files or bytes"),
}


@pytest.mark.parametrize("entries, what", FORGED.values(), ids=FORGED)
def test_a_forged_pack_is_refused(tmp_path: Path, entries: list[tarfile.TarInfo], what: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"0" * entry.size))
    digest = ArtifactStore(tmp_path / "inbox").put(buffer.getvalue())
    with pytest.raises(SubmissionError) as refused:
        unpack(tmp_path / "inbox", digest, tmp_path / "deep" / "out", Allowance(files=4, bytes=1_000))
    assert what in refused.value.what
    assert {path.name for path in tmp_path.iterdir()} <= {"inbox", "deep"}


def test_bytes_that_are_not_a_pack_are_refused(tmp_path: Path) -> None:
    digest = ArtifactStore(tmp_path / "inbox").put(b"not a tar file" * 100)
    with pytest.raises(SubmissionError, match="is not a tar file"):
        unpack(tmp_path / "inbox", digest, tmp_path / "out")


def test_a_pack_that_was_changed_or_is_missing_is_refused(folder: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    digest = pack(folder, inbox)
    with ArtifactStore(inbox).path(digest).open("ab") as file:
        file.write(b"more")
    with pytest.raises(DigestMismatchError):
        unpack(inbox, digest, tmp_path / "out")
    with pytest.raises(ArtifactError, match="missing"):
        unpack(inbox, "sha256:" + "0" * 64, tmp_path / "out")
    with pytest.raises(ArtifactError, match="not a digest"):
        unpack(inbox, "../../etc/passwd", tmp_path / "out")
