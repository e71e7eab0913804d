"""One home with every kind of file that is compared, changed by tests in place and restored after each change.

    home = TamperedHome.make(founded, folder)
    home.sql("UPDATE person SET email = 'x'")     as somebody with write access does
    home.has_changed()                            True: rows or bytes differ from what was made
    home.restore()                                every file is again as it was

The home has three anchors of three kinds, which the standard demands, a journal of several files, stored files of every
kind, a backup, a version that serves, one that served before and one with a pending request, and an export.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from data.audit import journal as journal_module
from data.audit.body import canonical
from data.audit.journal import Journal
from data.audit.keys import SigningKey
from data.audit.note import sign_text
from data.files.artifacts import file_digest
from data.files.home import Home
from data.records.approval import ApprovalRequest
from data.records.person import Role
from data.registry.backup import LIST, NOTE, backup_registry
from data.registry.commands.log import AdoptStandard, Attest
from data.registry.registry import Registry
from tests.exports import store_documents
from tests.git_repositories import bare
from tests.served_slot import ServedSlot, serve_two_versions
from tests.stored_files import VersionFiles, register_with_every_file
from tests.tampering.derived_files import add_derived_files
from tests.tampering.reported_files import retire_a_version, write_pages
from tests.tampering.tampered_log import EventBody, TamperedLog
from tests.timestamp_authority import TimestampAuthority
from tests.world import Template, World

BRANCH = "log"
SEGMENT_BYTES = 30_000
_WORKING_FILES = {"registry.lock", "registry.queue", "seeds.lock", "clock.json"}
"""Files without a content that anything rests on."""


class TamperedHome(TamperedLog):
    """The folder `live` with home, anchors and export, a copy of it, and copies of earlier files."""

    def __init__(self, folder: Path, world: World, files: VersionFiles, settings: dict[str, str]) -> None:
        super().__init__(world.home)
        self.world, self.files, self.served = world, files, ServedSlot(world)
        self.live, self._sound, self.earlier = folder / "live", folder / "sound", folder / "earlier"
        self.export, self.repository = self.live / "export", self.live / "anchors.git"
        self.authorities = self.live / "timestamp-ca.pem"
        (self.stamps,) = self.home.anchor.parent.glob("stamps-*.jsonl")
        self.backup = self.home.backups / "signed"
        self.exported = (self.export / "log" / "journal.jsonl").read_bytes().count(b"\n")
        self._settings, self.changed_settings = settings, dict[str, str]()
        self._marks: dict[Path, tuple[int, int, int]] = {}
        self._digests: dict[Path, str] = {}
        self._thief: TimestampAuthority | None = None
        self.submission = self.dossier = ""
        self.next_events: list[EventBody] = []
        """The events of a first vote on the pending request: the attempt that is counted, and the vote."""

    @classmethod
    def make(cls, founded: Template, folder: Path) -> TamperedHome:
        """Write everything, and copy it."""
        from data.registry.export import export_registry

        live, authority = folder / "live", TimestampAuthority(folder / "authority")
        live.mkdir()
        shutil.copy(authority.authorities, live / "timestamp-ca.pem")
        bare(live / "anchors.git", options=("--template=",))
        with pytest.MonkeyPatch.context() as patch, authority.serving() as address:
            anchors = f"local:git:{live / 'anchors.git'}#{BRANCH}, local:timestamp:{address}"
            settings = {"MODELWARD_ANCHORS": anchors, "MODELWARD_TIMESTAMP_CA": str(live / "timestamp-ca.pem")}
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(journal_module, "SEGMENT_BYTES", SEGMENT_BYTES)
            world = founded.copy(live / "home", patch)
            files, dossier = _fill(world, folder / "earlier")
            _attest(world)
            write_pages(world)
            submission = add_derived_files(world, live)
            export_registry(world.registry, live / "export")
            made = cls(folder, world, files, settings)
            made.submission, made.dossier = submission, dossier
            shutil.copytree(live, made._sound, symlinks=True)
            made._marks = {path: _mark(path) for path in made._files()}
            made._vote()
        return made

    def _vote(self) -> None:
        """Let alma vote on the pending request, keep the events of that, and restore the home."""
        (request,) = self.world.find(ApprovalRequest, state="pending")
        with self.world.registry.session():
            self.world.decide(request, "alma")
        self.next_events = TamperedLog(self.home).events[self.size :]
        self.restore()

    def restore(self) -> None:
        """Write each file again that differs from what was made, and remove each one that was added."""
        self.changed_settings = {}
        for path in list(self._files()):
            if path not in self._marks:
                path.unlink()
        for path in self._differing():
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self._sound / path.relative_to(self.live), path)
            self._marks[path] = _mark(path)
        for path in sorted(self.live.rglob("*"), reverse=True):
            if path.is_dir() and not (self._sound / path.relative_to(self.live)).exists():
                path.rmdir()

    def has_changed(self) -> bool:
        """Return True if a byte of a file, a row or table of a database, or a setting differs from what was made."""
        added = any(path not in self._marks for path in self._files())
        return added or any(self._differs(path) for path in self._differing()) or bool(self.changed_settings)

    def restore_earlier(self, *names: str) -> int:
        """Put earlier folders of the home in place of the present ones; return the number of their events."""
        for name in names:
            shutil.rmtree(self.home.root / name)
            shutil.copytree(self.earlier / name, self.home.root / name)
        return sum(1 for _ in Journal(self.earlier / "journal" / self.home.journal.name).bodies())

    def registry(self) -> Registry:
        """Return the registry of the home, opened again with the present settings. Raises ConfigurationError."""
        with self._environment():
            return Registry(Home(self.home.root))

    def first_naming(self, digest: str) -> int:
        """Return the number of the first event that names a stored file."""
        return next(event["seq"] for event in self.events if digest in json.dumps(event))

    def sign_backup(self, key: SigningKey) -> None:
        """Write the list of the files of the backup again, and sign it with a key."""
        own = (LIST, NOTE)
        paths = [one for one in self.backup.rglob("*") if one.is_file() and one.name not in own]
        listed = canonical({"files": {one.relative_to(self.backup).as_posix(): file_digest(one) for one in paths}})
        digest = f"sha256:{hashlib.sha256(listed).hexdigest()}"
        (self.backup / LIST).write_bytes(listed)
        note = sign_text(f"modelward backup v1\n{self.origin}\n{digest}\n", key)
        (self.backup / NOTE).write_text(note, "utf-8")

    def setting(self, name: str) -> str:
        """Return a setting of the home as it was made."""
        return self._settings[name]

    def another_authority(self) -> TimestampAuthority:
        """Return a time-stamp authority that the settings do not name."""
        if self._thief is None:
            self._thief = TimestampAuthority(self.earlier.with_name("thief"))
        return self._thief

    @contextmanager
    def _environment(self) -> Iterator[None]:
        with mock.patch.dict(os.environ, {**self._settings, **self.changed_settings}):
            yield

    def _differing(self) -> list[Path]:
        return [p for p, mark in self._marks.items() if p.is_symlink() or not p.is_file() or _mark(p) != mark]

    def _differs(self, path: Path) -> bool:
        sound = self._sound / path.relative_to(self.live)
        if path.is_symlink() or not path.is_file():
            return True
        if path == self.home.database and (rows := _rows_digest(path)):
            return rows != self._sound_digest(sound)
        return path.read_bytes() != sound.read_bytes()

    def _sound_digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = _rows_digest(path)
        return self._digests[path]

    def _files(self) -> Iterator[Path]:
        for path in self.live.rglob("*"):
            if (path.is_file() or path.is_symlink()) and path.name not in _WORKING_FILES:
                yield path


def _fill(world: World, earlier: Path) -> tuple[VersionFiles, str]:
    """Adopt a standard that demands all three anchors, register, retire and serve versions, and copy the files in
    between. Return the stored files, and the digest of the dossier."""
    text = world.artifacts.put(b"id: strict\nversion: 1\n")
    adopt = AdoptStandard(
        standard="strict", version=1, title="Strict", digest=text, controls=1, anchors=3, proof=world.proof("adam")
    )
    world.do(adopt, by="adam")
    store_documents(world)
    with world.registry.session():
        files = register_with_every_file(world)
    for name in ("registry", "journal", "anchors"):
        shutil.copytree(world.home.root / name, earlier / name)
    with world.registry.session():
        dossier = retire_a_version(world)
        serve_two_versions(world)
        world.grant("dev", Role.APPROVER)
        world.requested()
    return files, dossier


_OBJECTS = (
    "SELECT 'object', name, sql FROM sqlite_master ORDER BY ALL",
    "SELECT 'function', function_name, macro_definition FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
    "SELECT 'schema', schema_name FROM duckdb_schemas() WHERE NOT internal ORDER BY ALL",
    "SELECT 'sequence', sequence_name FROM duckdb_sequences() ORDER BY ALL",
    "SELECT 'type', type_name FROM duckdb_types() WHERE NOT internal ORDER BY ALL",
)


def _attest(world: World) -> None:
    """Make a backup, and record the attestation that names it."""
    backup = backup_registry(world.registry, world.home.backups / "signed")
    digest, events = file_digest(backup.database), world.registry.head().size
    world.do(
        Attest(backup="signed", events=events, anchored=events, assurance="local", backup_digest=digest,
               restored_root="0" * 64)
    )  # fmt: skip


def _rows_digest(database: Path) -> str:
    """Return a digest of the catalog and all rows of a database; empty for a file that DuckDB refuses."""
    digest = hashlib.sha256()
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            for query in _OBJECTS:
                digest.update(repr(connection.execute(query).fetchall()).encode())
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                digest.update(repr((table, sorted(map(repr, rows)))).encode())
    except duckdb.Error:
        return ""
    return digest.hexdigest()


def _mark(path: Path) -> tuple[int, int, int]:
    status = path.stat(follow_symlinks=False)
    return status.st_mtime_ns, status.st_size, status.st_ino
