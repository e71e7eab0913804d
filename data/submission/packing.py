"""Packs a folder as one file under its digest, because a worker cannot read the developer's machine.

The pack is a plain tar with sorted names and without anything that differs between machines (times, owners, modes): the
same files always give the same digest. Unpacking trusts nothing: it rejects symbolic links, devices, paths out of the
folder, and more files or bytes than are allowed.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.errors import SubmissionError
from data.files.artifacts import ArtifactStore
from data.files.file_fault import file_faults
from data.submission.secret_files import LEFT_OUT, require_no_secret_files
from data.submission.stand_ins import link_fault, require_real_files

REMEDY = "pack the folder again with `modelward register FOLDER`"


@dataclass(frozen=True)
class Allowance:
    """The limits of a submission: number of files, bytes of all files, characters of a path."""

    files: int = 2_000
    bytes: int = 8 << 30
    path: int = 240


ALLOWED = Allowance()
REPLACE_LINKS = (
    "replace each link by the file itself with these commands, in the submission folder; then register again"
)


def pack(folder: Path, inbox: Path, allowed: Allowance = ALLOWED) -> str:
    """Pack a folder into the inbox as one file; return `sha256:<hex>`, equal for equal content.

    Hidden files, `__pycache__` and `node_modules` are left out. Raises SubmissionError for a missing folder, no files,
    a symbolic link or device, a name that is not printable, more than is allowed, a file with keys or credentials, or a
    pointer instead of a file; FileError when a file cannot be read or the pack cannot be written.
    """
    with file_faults(folder, "read"):
        files = list_files(folder, allowed)
        require_no_secret_files(folder, files)
        require_real_files(folder, files)
    with file_faults(inbox):
        return _packed(folder, files, inbox)


def _packed(folder: Path, files: Sequence[PurePosixPath], inbox: Path) -> str:
    inbox.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=inbox, suffix=".packing")
    try:
        with os.fdopen(handle, "wb") as sink, tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for path in files:
                _add(tar, folder, path)
        return ArtifactStore(inbox).put_file(Path(name))
    finally:
        Path(name).unlink(missing_ok=True)


def unpack(inbox: Path, digest: str, into: Path, allowed: Allowance = ALLOWED) -> Path:
    """Unpack a submission from the inbox into an empty folder; return that folder.

    Raises ArtifactError when the pack is missing or `digest` is not a digest, DigestMismatchError when it was changed,
    SubmissionError when it contains anything that `pack` never writes, FileError when the folder cannot be written.
    """
    store = ArtifactStore(inbox)
    store.verify(digest)
    into.mkdir(parents=True, exist_ok=True)
    try:
        with file_faults(into), tarfile.open(store.path(digest), mode="r:") as tar:
            names = [_extract(tar, member, into) for member in _checked_members(tar, allowed)]
    except tarfile.TarError as error:
        raise SubmissionError(f"the pack {digest} is not a tar file: {error}", REMEDY) from error
    require_no_secret_files(into, names)
    return into


def require_folder(folder: Path) -> None:
    """Raise SubmissionError unless this is a folder; a symbolic link to one is refused too."""
    if folder.is_symlink():
        raise SubmissionError(f"{folder} is a symbolic link", f"give the path of the folder itself: {folder.resolve()}")
    if not folder.is_dir():
        raise SubmissionError(
            f"{folder} is not a folder", "give the path of the submission's folder, which contains model.yaml"
        )


def list_files(folder: Path, allowed: Allowance = ALLOWED) -> tuple[PurePosixPath, ...]:
    """Return the regular files of a folder as sorted relative paths, without hidden files.

    Raises SubmissionError in the same cases as `pack`.
    """
    require_folder(folder)
    links: list[PurePosixPath] = []
    found = sorted(_walk(folder, folder, allowed, links))
    if links:
        raise SubmissionError("\n".join(link_fault(folder, link) for link in links), REPLACE_LINKS)
    size = sum((folder / path).stat().st_size for path in found)
    if not found:
        raise SubmissionError(f"{folder} has no files", "run `modelward init` to write a template of a submission")
    if len(found) > allowed.files or size > allowed.bytes:
        raise SubmissionError(
            f"{folder} is too large: {len(found):,} files, {size:,} bytes;"
            f" allowed are {allowed.files:,} files, {allowed.bytes:,} bytes",
            "remove the files that are not evidence, and submit samples of large data",
        )
    return tuple(found)


def _walk(root: Path, folder: Path, allowed: Allowance, links: list[PurePosixPath]) -> Iterator[PurePosixPath]:
    """Yield the regular files; symbolic links are added to `links`."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name in LEFT_OUT:
            continue
        path = _checked_path(entry.relative_to(root).as_posix(), allowed)
        if entry.is_symlink():
            links.append(path)
        elif entry.is_dir():
            yield from _walk(root, entry, allowed, links)
        elif entry.is_file():
            yield path
        else:
            raise SubmissionError(f"{path} is not a regular file", "remove it from the submission")


def _checked_path(text: str, allowed: Allowance) -> PurePosixPath:
    path = PurePosixPath(text)
    if not text.isprintable() or "\\" in text:
        raise SubmissionError(
            f"{text[:80]!a} is not a valid path in a submission", "use printable characters without backslash"
        )
    if len(text) > allowed.path:
        raise SubmissionError(
            f"the path {text[:80]!a}… has {len(text)} characters",
            f"use at most {allowed.path} characters, including the folders",
        )
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise SubmissionError(f"{text[:80]!a} leads out of the submission", REMEDY)
    return path


def _add(tar: tarfile.TarFile, folder: Path, path: PurePosixPath) -> None:
    source = os.open(folder / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(source, "rb") as file:
        entry = tarfile.TarInfo(str(path))
        entry.size = os.fstat(file.fileno()).st_size
        entry.mode = 0o644
        tar.addfile(entry, file)


def _checked_members(tar: tarfile.TarFile, allowed: Allowance) -> Iterator[tarfile.TarInfo]:
    count = size = 0
    for member in tar:
        count, size = count + 1, size + member.size
        _checked_path(member.name, allowed)
        if not member.isreg() or member.issparse():
            raise SubmissionError(f"{member.name[:80]!a} in the pack is not a regular file", REMEDY)
        if count > allowed.files or size > allowed.bytes:
            raise SubmissionError("the pack holds more files or bytes than are allowed", REMEDY)
        yield member


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> PurePosixPath:
    """Write the file of a member, and return its path below the folder."""
    target = into / member.name
    source = tar.extractfile(member)
    if source is None or target.exists():
        raise SubmissionError(f"{member.name[:80]!a} is in the pack twice", REMEDY)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as sink:
            shutil.copyfileobj(source, sink)
    except (FileExistsError, NotADirectoryError) as error:
        raise SubmissionError(f"{member.name[:80]!a} has the path of another file or folder", REMEDY) from error
    return PurePosixPath(member.name)
