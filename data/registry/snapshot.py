"""Copies database, journal and anchors as they are at one moment, so that the copies agree while others write.

Writers wait only while the database is copied. Journal and anchors only ever grow at their end: their length is taken
at the same moment, and their bytes are copied afterwards. A closed segment of the journal never changes; for a copy
that is only read and then removed it is linked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from data.audit.anchors.anchor import AnchorSink
from data.audit.anchors.file_anchor import FileAnchor
from data.audit.anchors.timestamp_anchor import TimestampAnchor
from data.audit.journal import Journal
from data.errors import AnchorError, JournalError, MissingRegistryError
from data.files.database_file import write_ahead_log
from data.files.draft_folder import draft_folder
from data.files.file_copy import beginning_of, copy_file
from data.files.home import Home
from data.registry.registry import Registry
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)


@dataclass(frozen=True)
class RegistryFiles:
    """The files that a verification reads; `anchors` contains the location and path of each anchor file.

    `authorities` are the root certificates of time-stamp authorities; None if no anchor is one.

    The folder of a copy has the layout of a home, so a copy can be verified, and used, like a home.
    """

    database: Path
    journal: Path
    anchors: tuple[tuple[str, Path], ...]
    authorities: Path | None = None

    @property
    def log(self) -> Path:
        """The write-ahead log of the database, which exists only after a crash."""
        return write_ahead_log(self.database)


def live_files(registry: Registry) -> RegistryFiles:
    """Return the files of a registry themselves, which others may change."""
    return RegistryFiles(
        registry.home.database, registry.home.journal, tuple(registry.anchor_files), _authorities(registry)
    )


def copy_registry(registry: Registry, folder: Path, linked: bool = False) -> RegistryFiles:
    """Copy the files of a registry into an empty folder, all as they are at one moment, and return the copies.

    With `linked` the closed segments of the journal are hard links where that is possible: such a copy must only be
    read. Raises JournalError, MissingRegistryError, StoreLockedError, OSError, and NestedTransactionError when this
    process holds the registry open.
    """
    live, copies = live_files(registry), _placed(registry, folder)
    for path in (copies.database, copies.journal, *(path for _, path in copies.anchors)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        with registry.store.locked():
            if not registry.store.exists():
                raise MissingRegistryError(f"there is no registry at {live.database}")
            growing = _beginnings(stack, live, copies, linked)
            anchors = [_frozen(stack, sink) for sink in registry.anchors]
            copy_file(live.database, copies.database)
            if live.log.exists():
                copy_file(live.log, copies.log)
        for write, path in growing:
            write(path)
        for write, (_, path) in zip(anchors, copies.anchors, strict=True):
            write(path)
    if live.authorities is not None and copies.authorities is not None:
        copy_file(live.authorities, copies.authorities)
    return copies


def copy_anchors(registry: Registry, folder: Path) -> tuple[tuple[str, Path], ...]:
    """Copy the anchors as they are now into an existing folder; return the location and path of each copy.

    An anchor that is empty, or cannot be read, has no file. Raises OSError.
    """
    copies = tuple(
        (sink.location, folder / f"{number}-{sink.file_name}") for number, sink in enumerate(registry.anchors)
    )
    with ExitStack() as stack:
        for sink, (_, path) in zip(registry.anchors, copies, strict=True):
            _frozen(stack, sink)(path)
    return copies


@contextmanager
def registry_snapshot(registry: Registry) -> Iterator[RegistryFiles]:
    """Yield copies of the files as they are at one moment; others may write meanwhile. The copies are removed at the
    end.

    Without a registry file, or where the home has no room for the copies, yield the files themselves; then no process
    can write before the block ends. Raises StoreLockedError, and NestedTransactionError when this process holds the
    registry open.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(draft_folder(registry.home.root, "snapshot"))
            files = copy_registry(registry, folder, linked=True)
        except (OSError, JournalError, MissingRegistryError):
            stack.close()
            stack.enter_context(registry.store.locked())
            files = live_files(registry)
            if len(files.anchors) < len(registry.anchors):
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="modelward-")))
                files = replace(files, anchors=copy_anchors(registry, folder))
        yield files


def _placed(registry: Registry, folder: Path) -> RegistryFiles:
    """Return the places of the copies: those of a home, and numbered names for the anchors elsewhere."""
    home = Home(folder)
    places = [
        home.anchor if _is_own(registry, sink) else home.anchor.with_name(f"{number}-{sink.file_name}")
        for number, sink in enumerate(registry.anchors)
    ]
    anchors = zip((sink.location for sink in registry.anchors), places, strict=True)
    given = _authorities(registry)
    authorities = home.anchor.with_name("timestamp-ca.pem") if given is not None and given.is_file() else None
    return RegistryFiles(home.database, home.journal, tuple(anchors), authorities)


def _authorities(registry: Registry) -> Path | None:
    return next((one.authorities for one in registry.anchors if isinstance(one, TimestampAnchor)), None)


def _is_own(registry: Registry, sink: AnchorSink) -> bool:
    return isinstance(sink, FileAnchor) and sink.path == registry.home.anchor


def _beginnings(
    stack: ExitStack, live: RegistryFiles, copies: RegistryFiles, linked: bool
) -> list[tuple[Callable[[Path], None], Path]]:
    """Fix the length of each file of the journal; return the function that copies it, and the place of the copy.

    A closed segment that could be linked needs no copy.
    """
    found = []
    for path in Journal(live.journal).files():
        target = copies.journal.with_name(path.name)
        if not (linked and path != live.journal and _is_linked(path, target)):
            found.append((stack.enter_context(beginning_of(path)), target))
    return found


def _is_linked(path: Path, target: Path) -> bool:
    """Link a file; return False where the file system cannot."""
    try:
        target.hardlink_to(path)
    except OSError:
        return False
    return True


def _frozen(stack: ExitStack, sink: AnchorSink) -> Callable[[Path], None]:
    """Return the function that writes the present content of an anchor. One that cannot be read is not copied, which
    the verification reports."""
    try:
        write = stack.enter_context(sink.frozen())
    except AnchorError as error:
        LOG.warning("the anchor %s cannot be copied: %s", sink.name, error.what)
        return lambda _: None

    def attempt(target: Path) -> None:
        try:
            write(target)
        except AnchorError as error:
            LOG.warning("the anchor %s cannot be copied: %s", sink.name, error.what)
            target.unlink(missing_ok=True)

    return attempt
