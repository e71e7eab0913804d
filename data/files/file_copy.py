"""Copies files: at once where the file system can share the blocks, otherwise byte by byte; also a file's beginning."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FICLONE = 0x40049409
"""ioctl(2) FICLONE of Linux: the copy shares the blocks of its source until one of them is changed (Btrfs, XFS)."""
_CHUNK = 1 << 20


def copy_file(source: Path, target: Path) -> None:
    """Copy the content of a file to a new file. Raises OSError, for example FileExistsError."""
    with source.open("rb") as original, target.open("xb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
        except OSError:  # the file system cannot, or the files are on two of them
            shutil.copyfileobj(original, copy, _CHUNK)


def copy_beginning(original: BinaryIO, size: int, target: Path) -> None:
    """Copy the first `size` bytes of an open file to a new file; fewer if the file is shorter. Raises OSError."""
    original.seek(0)
    with target.open("xb") as copy:
        while size > 0 and (chunk := original.read(min(size, _CHUNK))):
            copy.write(chunk)
            size -= len(chunk)


@contextmanager
def beginning_of(path: Path) -> Iterator[Callable[[Path], None]]:
    """Fix the present length of a file that only grows; yield a function that copies that beginning to a new file.

    Opened now, it is the same file even if it is replaced meanwhile. Without the file nothing is copied. Raises
    OSError, also in the function.
    """
    if not path.exists():
        yield lambda _: None
        return
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        yield lambda target: copy_beginning(file, size, target)
