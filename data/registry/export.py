"""Exports the registry, or one model, into a folder that an auditor verifies with a bare Python and nothing of ours.

Database and anchors are taken at one moment, while others may write. The folder is written under another name, signed,
verified by the verifier that it contains, and renamed at the end: it is complete or absent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from data.audit import keys
from data.audit.anchors.file_anchor import note_line
from data.audit.export_folder import ROOTS, ExportFolder, pack_export
from data.audit.export_readme import export_readme
from data.audit.standalone.export_report import ExportReport
from data.audit.standalone.export_verification import verify_export
from data.audit.standalone_file import standalone_verifier
from data.errors import AuditError, MissingRegistryError, StoreError
from data.files.draft_folder import draft_folder
from data.files.durable_file import sync_folder
from data.records.instant import write_instant
from data.registry.audit_log import AuditLog
from data.registry.exported_events import stored_documents, write_events
from data.registry.exported_tables import write_tables
from data.registry.registry import Registry
from data.registry.snapshot import RegistryFiles, registry_snapshot
from data.registry.store_connection import CONFIG


@dataclass(frozen=True)
class Export:
    """A finished export: its folder, its archive if one was asked for, and what its own verifier says about it."""

    folder: Path
    archive: Path | None
    report: ExportReport


def export_registry(
    registry: Registry, target: Path, model: str = "", whole_log: bool = False, packed: bool = False
) -> Export:
    """Write an export to the new folder `target`, of everything or of one model (its key), and verify it.

    In the export of a model, `whole_log` also discloses the events of other models. `packed` also writes
    `<target>.tar.gz`. A damaged registry is exported as it is; then the report names the faults. Raises StoreError when
    the target exists or cannot be written, MissingRegistryError, StoreLockedError, SigningKeyError, AuditError, and
    NestedTransactionError when this process holds the registry open.
    """
    archive = target.with_name(f"{target.name}.tar.gz") if packed else None
    for place in filter(None, (target, archive)):
        if place.exists():
            raise StoreError(f"{place} exists already", "choose the name of a folder that does not exist yet")
    if not registry.exists:
        raise MissingRegistryError(f"there is no registry at {registry.home.database}")
    with registry.reading():  # migrates an older file, so that the export has the tables of this version
        pass
    try:
        with draft_folder(target.parent, target.name) as draft:
            folder = draft / target.name
            taken_at = write_instant(datetime.now(UTC))
            with registry_snapshot(registry) as files:
                _write(registry, files, ExportFolder(folder), model, whole_log, taken_at)
            report = verify_export(folder)
            if archive is not None:
                pack_export(folder, draft / archive.name)
            _publish(draft, target, archive)
    except (OSError, duckdb.Error) as error:
        remedy = f"free disk space, or make {target.parent} writable"
        raise StoreError(f"the export {target} cannot be written: {error}", remedy) from error
    return Export(target, archive, report)


def _write(
    registry: Registry, files: RegistryFiles, folder: ExportFolder, model: str, whole_log: bool, taken_at: str
) -> None:
    home = registry.home
    with duckdb.connect(str(files.database), read_only=True, config=CONFIG) as connection:
        stored = stored_documents(home.inbox, home.artifacts)
        with folder.writing("log/journal.jsonl") as file:
            written = write_events(file, connection, "" if whole_log else model, stored)
        folder.write("log/checkpoints.jsonl", _lines(AuditLog(connection).notes()))
        write_tables(folder, connection, model)
        declared = _declared(connection)
    anchors = _write_anchors(registry, files, folder)
    for digest, path in sorted(written.documents.items()):
        folder.copy(f"documents/{digest[:2]}/{digest}", path)
    if files.authorities is not None and files.authorities.is_file():
        folder.write(ROOTS, files.authorities.read_bytes())
    folder.write("verify.py", standalone_verifier())
    key = keys.load_declared(home.keys, declared["origin"], declared["vkey"])
    fields = {
        **declared, "anchors": anchors, "events": written.events, "made_by": f"modelward {version('modelward')}",
        "scope": model or "all", "taken_at": taken_at, "withheld": written.withheld,
    }  # fmt: skip
    folder.write("README.md", export_readme(fields).encode())
    folder.sign(fields, declared["origin"], key)


def _declared(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return origin, id and present key of the log, as its events declare them. Raises AuditError."""
    log = AuditLog(connection)
    try:
        data = json.loads(log.bodies(0, 1)[0])["data"]
        return {"log_id": str(data["log_id"]), "origin": str(data["origin"]), "vkey": log.vkey()}
    except (IndexError, KeyError, TypeError, ValueError) as broken:
        what = f"the registry has no readable first event, or no readable key rotation: {broken!r}"
        raise AuditError(what, "run `modelward audit verify`; keep a copy of every file as it is now") from broken


def _write_anchors(registry: Registry, files: RegistryFiles, folder: ExportFolder) -> list[dict[str, str]]:
    anchors = []
    originals = [sink.name for sink in registry.anchors]
    for number, ((location, copy), name) in enumerate(zip(files.anchors, originals, strict=True), 1):
        place = f"log/anchor-{number}.jsonl"
        folder.write(place, copy.read_bytes() if copy.exists() else b"")
        anchors.append({"file": place, "location": location, "name": name})
    return anchors


def _lines(notes: Sequence[str]) -> bytes:
    return b"".join(note_line(note) + b"\n" for note in notes)


def _publish(draft: Path, target: Path, archive: Path | None) -> None:
    for path in (*draft.rglob("*"), draft):
        if path.is_dir():
            sync_folder(path)
    if archive is not None:
        (draft / archive.name).rename(archive)
    (draft / target.name).rename(target)
    sync_folder(target.parent)
