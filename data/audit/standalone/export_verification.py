"""Verifies one export from beginning to end; whatever is wrong with a file is a fault in the report, never an error."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from data.audit.standalone.checkpoint_check import CheckpointCheck, NoteFile, all_sizes, largest_size, read_notes
from data.audit.standalone.event_log import JOURNAL, EventLogReading
from data.audit.standalone.export_files import (
    MANIFEST,
    MANIFEST_NOTE,
    TIMESTAMP_ROOTS,
    ManifestContent,
    check_files,
    complete_lines,
    open_regular,
    read_manifest,
)
from data.audit.standalone.export_report import ExportReport
from data.audit.standalone.exported_rows import EVERYTHING, RowFold
from data.audit.standalone.fault_list import FaultList, shown
from data.audit.standalone.log_declaration import LogDeclaration
from data.audit.standalone.proof_file import read_inclusion
from data.audit.standalone.proof_verification import LARGEST_PROOF, inclusion_fault
from data.audit.standalone.signed_note import is_signed_by, read_checkpoint, read_key, read_note
from data.audit.standalone.stored_documents import DOCUMENTS, StoredDocuments

CHECKPOINTS = "log/checkpoints.jsonl"
_FIXED_FILES = {"README.md", "verify.py", JOURNAL, CHECKPOINTS, TIMESTAMP_ROOTS}
_TABLE_FILE = re.compile(r"tables/([a-z][a-z0-9_]*)\.(?:jsonl|parquet)")
_ANCHOR_FILE = re.compile(r"log/anchor-[1-9][0-9]*\.jsonl")
_MODEL_KEY = re.compile(r"models/[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*")
_LARGEST_NOTE = 1 << 20


def verify_export(
    folder: Path, trusted_vkey: str | None = None, own_anchors: Sequence[Path] = (), deep: bool = False
) -> ExportReport:
    """Return the report on the export in a folder. `own_anchors` are files from another source: checkpoints of this
    log, or proofs of its events.

    `deep` verifies the seal of every event, not only of those that no checkpoint covers. Never raises.
    """
    verification = _ExportVerification(folder, trusted_vkey, own_anchors, deep)
    verification.guard(MANIFEST, verification.run)
    return verification.concluded()


class _ExportVerification:
    """The state of one verification; `guard` turns each error of a step into a fault, and the next step follows."""

    def __init__(self, folder: Path, trusted_vkey: str | None, own_anchors: Sequence[Path], deep: bool) -> None:
        self._folder, self._own, self._deep = folder, own_anchors, deep
        self._faults = FaultList()
        self._declaration = LogDeclaration(trusted_vkey)
        self._report = ExportReport(is_key_trusted=trusted_vkey is not None)
        self._finished = False

    def guard(self, place: str, step: Callable[[], None]) -> None:
        """Run a step; record a fault if it cannot be finished."""
        try:
            step()
        except Exception as broken:  # noqa: BLE001 – a broken export must never end the verification
            self._faults.add(f"this part cannot be verified: {shown(f'{type(broken).__name__}: {broken}')}", place)

    def run(self) -> None:
        """Verify everything that the manifest names."""
        manifest = read_manifest(self._folder, self._faults)
        if manifest is None:
            return
        fields, report = manifest.fields, self._report
        report.export_digest = f"sha256:{manifest.digest}"
        report.scope, report.taken_at = fields["scope"], fields["taken_at"]
        report.verifier_digest = "sha256:" + str(manifest.files.get("verify.py", {}).get("sha256", ""))
        if report.scope != EVERYTHING and not _MODEL_KEY.fullmatch(report.scope):
            self._faults.add("the scope is neither all nor the key of a model", MANIFEST)
        self.guard("the folder", lambda: check_files(self._folder, manifest, self._faults))
        self._read_log(manifest)
        self.guard(MANIFEST_NOTE, lambda: self._check_signature(manifest))
        self.guard(MANIFEST, lambda: self._check_statements(fields))
        self._finished = True

    def concluded(self) -> ExportReport:
        """Return the report, complete with the faults and the keys."""
        report, faults = self._report, self._faults
        report.faults, report.fault_count, report.first_bad_seq = faults.listed(), faults.count(), faults.first_bad_seq
        report.origin, report.log_id, report.keys = self._declaration.origin, self._declaration.log_id, []
        report.keys += self._declaration.keys
        key = read_key(report.keys[-1]) if report.keys else None
        report.key_fingerprint = "sha256:" + hashlib.sha256(key.public).hexdigest() if key else ""
        report.ok = self._finished and not faults.count()
        return report

    def _read_log(self, manifest: ManifestContent) -> None:
        stored = self._notes(CHECKPOINTS, self._folder / CHECKPOINTS)
        anchors = [self._anchor_notes(anchor["file"], manifest) for anchor in manifest.anchors]
        own = [self._notes(str(path), path) for path in self._own]
        noted = [stored, *anchors, *own]
        signed_size = 0 if self._deep else largest_size(noted)
        log = EventLogReading(self._faults, self._declaration, all_sizes(noted), signed_size)
        fold = RowFold(self._report.scope, self._faults, JOURNAL)
        documents = StoredDocuments(manifest.files, self._faults, JOURNAL)

        def visit(seq: int, body: bytes, event: dict[str, Any]) -> None:
            fold.apply(seq, event["rows"])
            documents.visit(seq, body, event["refs"])

        self.guard(JOURNAL, lambda: log.read(self._lines(JOURNAL), visit))
        self._count(log, documents)
        self.guard(CHECKPOINTS, lambda: self._check_notes(log, stored, anchors, own))
        self._compare_tables(manifest, fold)
        self.guard(DOCUMENTS, documents.check)

    def _count(self, log: EventLogReading, documents: StoredDocuments) -> None:
        report = self._report
        report.events, report.withheld = log.size, log.withheld
        report.sealed, report.unsigned = log.sealed, log.unsigned
        root = log.root_at(log.size)
        report.root, report.documents = root.hex() if root is not None else "", documents.count

    def _check_notes(
        self, log: EventLogReading, stored: NoteFile, anchors: Sequence[NoteFile], own: Sequence[NoteFile]
    ) -> None:
        check, report = CheckpointCheck(self._faults, self._declaration, log), self._report
        report.signed = check.prove(stored)
        for anchor in anchors:
            report.anchored = max(report.anchored, check.prove(anchor))
            check.compare(stored, anchor)
            report.stamps += anchor.stamps
            if anchor.last_commit:
                report.commits.append(anchor.last_commit)
        for notes in own:
            report.own_anchors += check.prove(notes) > 0
        report.signed = max(report.signed, report.anchored)
        report.checkpoints = check.signatures

    def _compare_tables(self, manifest: ManifestContent, fold: RowFold) -> None:
        declared = self._declaration.tables
        names = fold.table_names(declared)
        for table in names:
            place = f"tables/{table}.jsonl"
            if not _TABLE_FILE.fullmatch(place) or place not in manifest.files:
                self._faults.add("the table is missing from the export", shown(place))
                continue
            columns = declared.get(table) if declared else None

            def compare(table: str = table, columns: Any = columns, place: str = place) -> None:
                fold.compare(table, columns, self._lines(place), place)

            self.guard(place, compare)
        self._report.rows = fold.compared
        anchors = {anchor["file"] for anchor in manifest.anchors}
        for path in manifest.files:
            found = _TABLE_FILE.fullmatch(path)
            is_known = path in _FIXED_FILES or path in anchors or path.startswith(DOCUMENTS)
            if not is_known and (found is None or found[1] not in names):
                self._faults.add("the manifest names a file that is no part of an export", shown(path))

    def _check_signature(self, manifest: ManifestContent) -> None:
        with open_regular(self._folder / MANIFEST_NOTE) as file:
            note = read_note(file.read(_LARGEST_NOTE).decode("utf-8"))
        text = f"modelward export v1\n{self._declaration.origin}\nsha256:{manifest.digest}\n"
        if note is None or note.text != text or len(note.signatures) != 1:
            self._faults.add("this is not the signed note of this manifest", MANIFEST_NOTE)
        elif not is_signed_by(note, self._declaration.key_at(self._report.events)):
            self._faults.add("the manifest is not signed by the key of the log", MANIFEST_NOTE)

    def _check_statements(self, fields: dict[str, Any]) -> None:
        """Compare what the manifest says about the log with what was read."""
        declaration, report = self._declaration, self._report
        found = {"origin": declaration.origin, "log_id": declaration.log_id, "vkey": declaration.key_at(report.events)}
        for name, value in {**found, "events": report.events, "withheld": report.withheld}.items():
            if fields[name] != value:
                self._faults.add(f"{name} is {shown(fields[name])}, but the journal says {shown(value)}", MANIFEST)
        if report.withheld and report.scope == EVERYTHING:
            self._faults.add("events are withheld from an export of the whole registry", MANIFEST)

    def _lines(self, place: str) -> Any:
        return complete_lines(self._folder / place, place, self._faults)

    def _anchor_notes(self, name: str, manifest: ManifestContent) -> NoteFile:
        """Return the checkpoints of an anchor; a path that is no part of the export is never opened."""
        if name in manifest.files and _ANCHOR_FILE.fullmatch(name):
            return self._notes(name, self._folder / name)
        self._faults.add(f"the file of an anchor is not part of the export: {shown(name)}", MANIFEST)
        return NoteFile(shown(name), [])

    def _notes(self, place: str, path: Path) -> NoteFile:
        """Return the checkpoints of a file: one JSON string a line, one note as plain text, or that of a proof."""
        found = NoteFile(place, [])

        def read() -> None:
            with open_regular(path) as file:
                text = file.read(LARGEST_PROOF if path in self._own else _LARGEST_NOTE).decode("utf-8", "replace")
            plain, proof = read_checkpoint(text), read_inclusion(text) if path in self._own else None
            notes = [plain] if plain and place != CHECKPOINTS else [proof.checkpoint] if proof else []
            if proof and (fault := inclusion_fault(proof)):
                self._faults.add(fault, place, proof.seq)
            lines = () if notes else complete_lines(path, place, self._faults)
            copied = read_notes(place, lines, self._faults)
            nonlocal found
            found = NoteFile(place, notes or copied.checkpoints, copied.stamps, copied.last_commit)
            self._report.own_proofs += proof is not None

        self.guard(place, read)
        return found
