"""Writes the served folder, the only one of a home that other users can read if a setting says so.

Model servers of another user need the manifest and the bytes of the artifact. Both get the group and the mode of the
settings `served_group` and `served_mode`. The bytes are copied next to the manifest: a hard link would share the mode
of the file in the artifact store, and with it the store's file.
"""

from __future__ import annotations

import fcntl
import grp
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.errors import ConfigurationError, DigestMismatchError, PublishError
from data.files.artifacts import file_digest
from data.files.durable_file import sync_folder, write_durably
from data.files.file_access import OTHERS, PRIVATE_FILE, PRIVATE_FOLDER
from data.files.home import Home
from data.settings import Settings

SHARED_FILE = 0o640
"""The mode of a served file if a group is set without a mode."""
BYTES = "artifact"
"""The folder, next to a manifest, of the copied bytes of the slot."""
FICLONE = 0x40049409
"""Linux's request to share the blocks of a file with another one (ioctl_ficlonerange(2)): a copy without copying."""


@dataclass(frozen=True)
class ServedAccess:
    """The id of the group of served files, None for that of the process, and the mode of served files."""

    group: int | None = None
    mode: int = PRIVATE_FILE

    @property
    def is_shared(self) -> bool:
        """True if other users than the owner of the home can read served files."""
        return bool(self.mode & OTHERS)

    @property
    def folder_mode(self) -> int:
        """The mode of served folders: whoever can read a file can list and enter its folder."""
        return PRIVATE_FOLDER | (self.mode & 0o044) | (self.mode & 0o044) >> 2

    @property
    def root_mode(self) -> int:
        """The mode of the home: whoever can read served files can pass through it, and not list it."""
        return PRIVATE_FOLDER | (self.mode & 0o044) >> 2


def served_access(settings: Settings) -> ServedAccess:
    """Return the access that the settings give. Raises ConfigurationError for a group that cannot be used."""
    name, mode = settings["served_group"], settings.served_mode
    if not name:
        return ServedAccess(None, PRIVATE_FILE if mode is None else mode)
    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError as error:
        raise ConfigurationError(f"served_group is {name!r}, but there is no such group", "create it") from error
    if os.geteuid() != 0 and group not in (os.getegid(), *os.getgroups()):
        raise ConfigurationError(
            f"served_group is {name!r}, but this user is not in that group",
            f"add the user with `sudo usermod -aG {name} USER`, then log in again",
        )
    return ServedAccess(group, SHARED_FILE if mode is None else mode)


class ServedFolder:
    """The served folder of a home, with the access that is given to its files."""

    def __init__(self, home: Home, access: ServedAccess) -> None:
        self._home = home
        self.access = access

    def write(self, path: Path, content: bytes) -> None:
        """Replace a file of the served folder atomically. Raises OSError."""
        self._open_folders(path.parent)
        write_durably(path, content, self.access.mode, self.access.group)

    def copy(self, source: Path, digest: str, folder: Path) -> Path:
        """Copy the bytes of an artifact next to the manifest in `folder`, unless they are there; return the copy.

        The bytes that were written are hashed. Raises DigestMismatchError, PublishError.
        """
        target = self.copy_path(digest, folder)
        if target.is_file() and file_digest(target) == digest:
            return target
        try:
            self._open_folders(target.parent)
            self._copy(source, digest, target)
        except OSError as error:
            raise PublishError(f"{target} cannot be written: {error}") from error
        return target

    def copy_path(self, digest: str, folder: Path) -> Path:
        """Return the path of the copied bytes of a slot. Raises PublishError if a link leads out of the folder."""
        path = folder / BYTES / digest.removeprefix("sha256:")
        if not path.resolve().is_relative_to(self._home.serving.resolve()):
            what = f"{path} leads out of the serving folder {self._home.serving}"
            raise PublishError(what, "remove the symbolic link, then publish again")
        return path

    def prune(self, folder: Path, kept: Collection[str]) -> None:
        """Remove the copies of a slot except those with the digests in `kept`, as far as the folder can be written."""
        names = {digest.removeprefix("sha256:") for digest in kept}
        for path in (folder / BYTES).glob("*"):
            if path.name not in names:
                with suppress(OSError):
                    path.unlink()

    def misfits(self) -> Iterator[Path]:
        """Yield what is in the served folder with another mode or group than the settings give, the folder first."""
        root = self._home.serving
        for path in (root, *sorted(root.rglob("*"))) if root.is_dir() else ():
            found, folder = path.lstat(), path.is_dir()
            mode = self.access.folder_mode if folder else self.access.mode
            group = found.st_gid if self.access.group is None else self.access.group
            if not path.is_symlink() and (stat.S_IMODE(found.st_mode), found.st_gid) != (mode, group):
                yield path

    def _open_folders(self, folder: Path) -> None:
        """Create the folders from the served folder down to this one, and give access to them and to the home."""
        self._home.root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._give(self._home.root, self.access.root_mode)
        below = [one for one in (folder, *folder.parents) if one.is_relative_to(self._home.serving)]
        for path in reversed(below):
            path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            self._give(path, self.access.folder_mode)

    def _give(self, folder: Path, mode: int) -> None:
        found = folder.stat()
        if self.access.group is not None and found.st_gid != self.access.group:
            os.chown(folder, -1, self.access.group)
        if stat.S_IMODE(found.st_mode) != mode:
            folder.chmod(mode)

    def _copy(self, source: Path, digest: str, target: Path) -> None:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
                try:
                    fcntl.ioctl(copy.fileno(), FICLONE, original.fileno())
                except OSError:
                    shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                if self.access.group is not None:
                    os.fchown(copy.fileno(), -1, self.access.group)
                os.fchmod(copy.fileno(), self.access.mode)
                os.fsync(copy.fileno())
            if file_digest(Path(temporary)) != digest:
                raise DigestMismatchError(f"the bytes of {digest} changed while they were published")
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
        sync_folder(target.parent)
