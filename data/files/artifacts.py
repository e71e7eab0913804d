"""Stores artifacts and evidence under their digests; the content is only hashed and copied, never loaded or run."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from data.errors import ArtifactError, DigestMismatchError
from data.files.file_fault import file_faults

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
CHUNK = 1 << 20


class ArtifactStore:
    """Files under `<root>/sha256/<first two hex>/<hex>`, each named by the digest of its content."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store these bytes and return their digest, `sha256:<hex>`. Raises FileError when they cannot be written."""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        with file_faults(self.path(digest)):
            if not self.path(digest).exists():
                self._keep(digest, content)
        return digest

    def put_file(self, source: Path) -> str:
        """Store a file's bytes and return their digest; the file is read once, so digest and copy agree.

        Raises ArtifactError for a symbolic link or anything else that is not a regular file, FileError when the source
        cannot be read or the copy cannot be written; then no part of it is left.
        """
        if source.is_symlink() or not source.is_file():
            what = f"{source} is not a regular file"
            raise ArtifactError(what, "submit the file itself, not a symbolic link or a folder")
        with file_faults(source, "read"):
            source.open("rb").close()
        with file_faults(self.root):
            return self._keep_file(source)

    def _keep_file(self, source: Path) -> str:
        self.root.mkdir(parents=True, exist_ok=True)
        hashed = hashlib.sha256()
        handle, temporary = tempfile.mkstemp(dir=self.root)
        try:
            with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
                while chunk := original.read(CHUNK):
                    hashed.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            digest = "sha256:" + hashed.hexdigest()
            target = self.path(digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return digest

    def path(self, digest: str) -> Path:
        """Return the path for the bytes of a digest, stored or not. Raises ArtifactError for an invalid digest."""
        if not DIGEST.fullmatch(digest):
            raise ArtifactError(f"{digest[:80]!r} is not a digest", "write `sha256:` and 64 hex digits")
        name = digest.removeprefix("sha256:")
        return self.root / "sha256" / name[:2] / name

    def has(self, digest: str) -> bool:
        """Return True if the bytes of this digest are stored."""
        return self.path(digest).is_file()

    def read(self, digest: str) -> bytes:
        """Return the bytes after checking them. Raises ArtifactError when missing, DigestMismatchError when changed."""
        path = self.path(digest)
        if not path.is_file():
            raise ArtifactError(f"the bytes of {digest} are missing from {self.root}")
        with file_faults(path, "read"):
            content = path.read_bytes()
        if "sha256:" + hashlib.sha256(content).hexdigest() != digest:
            raise DigestMismatchError(f"{path} no longer holds the bytes of {digest}")
        return content

    def verify(self, digest: str) -> None:
        """Read the stored bytes and check their digest. Raises in the same cases as `read`."""
        path = self.path(digest)
        if not path.is_file():
            raise ArtifactError(f"the bytes of {digest} are missing from {self.root}")
        with file_faults(path, "read"):
            found = file_digest(path)
        if found != digest:
            raise DigestMismatchError(f"{path} no longer holds the bytes of {digest}")

    def _keep(self, digest: str, content: bytes) -> None:
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Return `sha256:<hex>` of a file, which is read in chunks of 1 MiB."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
    return "sha256:" + hashed.hexdigest()
