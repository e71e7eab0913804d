"""Writes the files of an export: each is hashed while it is written, listed in the manifest, and private to its owner.

The manifest is canonical JSON, so it has one spelling, and the log's key signs its digest. Both are written last.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from data.audit.body import canonical
from data.audit.note import NoteSigner, sign_text

FORMAT, VERSION, VERSION_WITH_ROOTS = "modelward-export", 1, 2
ROOTS = "log/timestamp-ca.pem"
"""The root certificates of time-stamp authorities, which an export has if one of its anchors is such an authority."""
_CHUNK = 1 << 20


class HashedFile:
    """A file that is being written; its size in bytes and its digest grow with it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        """Append bytes and return their number. Raises OSError."""
        self._digest.update(content)
        self.size += len(content)
        return self._file.write(content)

    def recorded(self) -> dict[str, object]:
        """Return SHA-256 (hex) and size, as the manifest states them."""
        return {"sha256": self._digest.hexdigest(), "size": self.size}


class ExportFolder:
    """The folder of an export while it is written; a path is relative to it, with `/` between its parts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, dict[str, object]] = {}
        _make_folders(root, root)

    @contextmanager
    def writing(self, path: str) -> Iterator[HashedFile]:
        """Open a new file for writing, and list it in the manifest once it is complete on disk. Raises OSError."""
        with _new_file(self.place(path)) as file:
            hashed = HashedFile(file)
            yield hashed
        self._files[path] = hashed.recorded()

    def write(self, path: str, content: bytes) -> None:
        """Write a file. Raises OSError."""
        with self.writing(path) as file:
            file.write(content)

    def copy(self, path: str, source: Path) -> None:
        """Copy a file. Raises OSError."""
        with self.writing(path) as file, source.open("rb") as original:
            while chunk := original.read(_CHUNK):
                file.write(chunk)

    def list_written(self, path: str) -> None:
        """List a file that a library wrote itself. Raises OSError."""
        digest, target = hashlib.sha256(), self.root / path
        with target.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            os.fsync(file.fileno())
        target.chmod(0o600)
        self._files[path] = {"sha256": digest.hexdigest(), "size": target.stat().st_size}

    def place(self, path: str) -> Path:
        """Return where a file is to be written; its folder exists. Raises OSError."""
        target = self.root / path
        _make_folders(self.root, target.parent)
        return target

    def sign(self, fields: Mapping[str, object], origin: str, key: NoteSigner) -> str:
        """Write manifest and note, and return `sha256:<hex>` of the manifest, the digest of the whole export.

        Raises InputError for fields that have no canonical form, and OSError.
        """
        version = VERSION_WITH_ROOTS if ROOTS in self._files else VERSION
        manifest = canonical({**fields, "format": FORMAT, "version": version, "files": self._files})
        digest = "sha256:" + hashlib.sha256(manifest).hexdigest()
        note = sign_text(f"modelward export v1\n{origin}\n{digest}\n", key)
        for name, content in (("manifest.json", manifest), ("manifest.note", note.encode())):
            with _new_file(self.root / name) as file:
                file.write(content)
        return digest


def pack_export(folder: Path, archive: Path) -> None:
    """Pack an export into a new `.tar.gz`; equal files always give equal bytes. Raises OSError."""
    with (
        _new_file(archive) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                member = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                member.size, member.mode = path.stat().st_size, 0o600
                with path.open("rb") as file:
                    tar.addfile(member, file)


def _make_folders(root: Path, folder: Path) -> None:
    """Make a folder, and those between it and the root, private to their owner."""
    for level in reversed((folder, *(parent for parent in folder.parents if parent.is_relative_to(root)))):
        level.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
