"""Backs up a registry: database, journal and anchors as they are at one moment, and a verifier for them, in a folder.

The folder is complete or absent: it is written under another name and renamed at the end.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from dataclasses import replace
from pathlib import Path

import duckdb

from data.audit.body import canonical
from data.audit.bundle import write_verifier
from data.audit.keys import load_declared
from data.audit.note import sign_text
from data.errors import ModelwardError, StoreError
from data.files.artifacts import file_digest
from data.files.database_file import open_database
from data.files.draft_folder import draft_folder
from data.files.durable_file import sync_folder
from data.registry.audit_log import AuditLog
from data.registry.registry import Registry
from data.registry.snapshot import RegistryFiles, copy_registry
from data.registry.store_connection import CONFIG
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
VERIFIER = "verifier.pyz"
LIST, NOTE = "backup.json", "backup.note"
"""The list of the files of a backup as canonical JSON, and the signed note about the digest of that list."""


def backup_registry(registry: Registry, target: Path) -> RegistryFiles:
    """Write a backup to the new folder `target` and return its files. Artifacts and keys are not part of it.

    Raises StoreError when the folder exists or cannot be written, MissingRegistryError, StoreLockedError, and
    NestedTransactionError when this process holds the registry open.
    """
    if target.exists():
        raise StoreError(f"{target} exists already", "choose the name of a folder that does not exist yet")
    try:
        with draft_folder(target.parent, target.name) as draft:
            files = copy_registry(registry, draft)
            _fold_log(files.database)
            write_verifier(draft / VERIFIER)
            _sign_list(registry, files.database, draft)
            for path in (*draft.rglob("*"), draft):
                sync_folder(path) if path.is_dir() else _sync_file(path)
            draft.rename(target)
            sync_folder(target.parent)
    except (OSError, duckdb.Error) as error:
        raise StoreError(
            f"the backup {target} cannot be written: {error}", f"free disk space, or make {target.parent} writable"
        ) from error
    return _moved(files, draft, target)


def verifier_call(files: RegistryFiles, folder: Path) -> str:
    """Return the shell command that verifies a backup, with paths relative to its folder."""
    anchors = [("--anchor", f"{location}={path.relative_to(folder)}") for location, path in files.anchors]
    parts = [
        *("python", VERIFIER, "--deep"),
        *("--database", str(files.database.relative_to(folder))),
        *("--journal", str(files.journal.relative_to(folder))),
        *(part for pair in anchors for part in pair),
        *(("--timestamp-ca", str(files.authorities.relative_to(folder))) if files.authorities else ()),
    ]
    return f"cd {shlex.quote(str(folder))} && {shlex.join(parts)}"


def _fold_log(database: Path) -> None:
    """Bring the write-ahead log, which exists after a crash, into the copy of the database."""
    with open_database(database, CONFIG) as connection:
        connection.execute("CHECKPOINT")


def _sign_list(registry: Registry, database: Path, folder: Path) -> None:
    """Write the list of all files with their digests, and the note with which the log's key signs it.

    A registry that cannot be signed for is backed up without them: its backup is needed most.
    """
    files = {path.relative_to(folder).as_posix(): file_digest(path) for path in folder.rglob("*") if path.is_file()}
    try:
        with duckdb.connect(str(database), read_only=True, config=CONFIG) as connection:
            log = AuditLog(connection)
            origin, vkey = log.origin(), log.vkey()
        key = load_declared(registry.home.keys, origin, vkey)
    except (ModelwardError, duckdb.Error, LookupError, TypeError, ValueError) as error:
        LOG.warning("the backup is not signed: %s", error)
        return
    listed = canonical({"files": files})
    digest = "sha256:" + hashlib.sha256(listed).hexdigest()
    (folder / LIST).write_bytes(listed)
    (folder / NOTE).write_text(sign_text(f"modelward backup v1\n{origin}\n{digest}\n", key), "utf-8")


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _moved(files: RegistryFiles, former: Path, folder: Path) -> RegistryFiles:
    places = [folder / path.relative_to(former) for path in (files.database, files.journal)]
    anchors = tuple((location, folder / path.relative_to(former)) for location, path in files.anchors)
    authorities = folder / files.authorities.relative_to(former) if files.authorities else None
    return replace(files, database=places[0], journal=places[1], anchors=anchors, authorities=authorities)
