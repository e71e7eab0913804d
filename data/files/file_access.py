"""Decides who can access the files of a home: its owner only. Folders have mode 0700 and files mode 0600.

A process that uses a home sets the umask 077 first, because libraries create files too: DuckDB its database and its
write-ahead log, Prefect its database, pyarrow its Parquet files. Code of modelward that sets a mode takes it from here.
Only the served folder can be shared (`data/files/served_folder.py`).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
PRIVATE_UMASK = 0o077
OTHERS = stat.S_IRWXG | stat.S_IRWXO

_umask_of_user: list[int] = []
"""The umask that the process had before `keep_private`; empty until then."""


def keep_private() -> None:
    """Let this process create files and folders for its owner only, whatever its umask is."""
    before = os.umask(PRIVATE_UMASK)
    if not _umask_of_user:
        _umask_of_user.append(before)


@contextmanager
def umask_of_user() -> Iterator[int]:
    """Create files with the umask of the person while the block runs, and yield it: for files outside of the home.

    The umask belongs to the process, so no other thread may write to a home meanwhile.
    """
    umask = _umask_of_user[0] if _umask_of_user else PRIVATE_UMASK
    before = os.umask(umask)
    try:
        yield umask
    finally:
        os.umask(before)


def set_folder_mode(folder: Path, mode: int = PRIVATE_FOLDER) -> bool:
    """Give a folder this mode, if it has another one; return True if it was changed.

    Anything but a folder of this user is left as it is: a symbolic link leads to a folder with an owner of its own.
    """
    with suppress(FileNotFoundError, PermissionError):
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != mode:
            folder.chmod(mode)
            return True
    return False


def restrict_tree(folder: Path) -> None:
    """Take the access of other users from a folder and everything in it, except symbolic links. Raises OSError."""
    for path in open_to_others(folder):
        path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)


def open_to_others(root: Path, besides: Collection[Path] = ()) -> Iterator[Path]:
    """Yield every file and folder, `root` first, that gives any access to other users; not below `besides`.

    Symbolic links are left out, since their mode means nothing, and so is what disappears meanwhile. Raises OSError for
    a folder that cannot be read.
    """
    if root in besides or root.is_symlink():
        return
    with suppress(FileNotFoundError):
        if stat.S_IMODE(root.lstat().st_mode) & OTHERS:
            yield root
        if root.is_dir():
            for entry in sorted(root.iterdir()):
                yield from open_to_others(entry, besides)
