"""A fault of the file system: one message with the file, and the remedy for exactly this fault."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import ArtifactError, FileError
from data.files.file_fault import fault_in, file_error, file_faults, remedy_for

FILE = Path("/home/x/reports/a.json")
REMEDIES = {
    "a full disk": (errno.ENOSPC, "free space on the file system of /home/x/reports"),
    "a quota": (errno.EDQUOT, "raise the quota"),
    "a limit of size": (errno.EFBIG, "`ulimit -f`"),
    "a read-only file system": (errno.EROFS, "mount the file system of /home/x/reports writable"),
    "no access": (errno.EACCES, "`ls -ld /home/x/reports/a.json /home/x/reports`"),
    "no permission": (errno.EPERM, "accessible for this user"),
    "too many open files": (errno.EMFILE, "`ulimit -n`"),
    "too many open files of the host": (errno.ENFILE, "close programs"),
    "a defect": (errno.EIO, "check the disk of /home/x/reports"),
    "a file instead of a folder": (errno.ENOTDIR, "where /home/x/reports must be a folder"),
    "a folder instead of a file": (errno.EISDIR, "where /home/x/reports/a.json must be a file"),
}


@pytest.mark.parametrize(("number", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_a_fault_has_the_remedy_that_helps(number: int, remedy: str) -> None:
    with pytest.raises(FileError) as raised, file_faults(FILE):
        raise OSError(number, os.strerror(number))
    assert raised.value.what == f"{FILE} cannot be written: {os.strerror(number)}"
    assert remedy in raised.value.remedy


def test_an_unknown_fault_has_the_general_remedy() -> None:
    with pytest.raises(FileError, match=r"a\.json cannot be read: odd") as raised, file_faults(FILE, "read"):
        raise OSError("odd")
    assert (raised.value.remedy, remedy_for(OSError("odd"), FILE)) == (FileError.default_remedy, "")


def test_the_error_has_the_class_and_the_beginning_that_were_given() -> None:
    with (
        pytest.raises(ArtifactError, match="^the model: "),
        file_faults(FILE, kind=ArtifactError, before="the model: "),
    ):
        raise OSError(errno.ENOSPC, "full")


NAMED: dict[str, tuple[Callable[[Path], object], bool]] = {
    "another existing file": (lambda folder: folder / "source", True),
    "a file that could not be created": (lambda folder: folder / "absent", False),
    "its own name as bytes": (lambda folder: os.fsencode(folder / "source"), True),
    "a number of an open file": (lambda _: 7, False),
}


@pytest.mark.parametrize(("filename", "is_named"), NAMED.values(), ids=NAMED)
def test_an_error_that_names(filename: Callable[[Path], object], is_named: bool, tmp_path: Path) -> None:
    (tmp_path / "source").touch()
    error = OSError(errno.EACCES, "no", filename(tmp_path))
    with pytest.raises(FileError) as raised, file_faults(FILE, "read"):
        raise error
    assert str(tmp_path / "source" if is_named else FILE) in raised.value.what


def test_a_temporary_file_beside_the_file_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "temporary").touch()
    with pytest.raises(FileError) as raised, file_faults(tmp_path / "a.json"):
        raise OSError(errno.ENOSPC, "full", str(tmp_path / "temporary"))
    assert raised.value.what.startswith(str(tmp_path / "a.json"))


def test_the_fault_that_a_library_quotes_is_found() -> None:
    fault = fault_in('IO Error: Could not write file "x": No space left on device')
    assert fault is not None
    assert fault.errno == errno.ENOSPC
    assert fault_in("Parser Error: near SELECT") is None


def test_any_fault_of_a_file_becomes_a_domain_error_and_others_do_not() -> None:
    named = file_error(OSError(errno.EROFS, "Read-only file system", "/mnt/a"))
    assert named is not None
    assert (named.what, "mount" in named.remedy) == ("/mnt/a cannot be written or read: Read-only file system", True)
    nameless = file_error(OSError(errno.ENOSPC, "No space left on device"))
    assert nameless is not None
    assert "a file cannot be written or read: No space left" in nameless.what
    assert file_error(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
