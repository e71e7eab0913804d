"""Verifies one proof file by itself, without the log: what is wrong is a fault in the report, never an error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from data.audit.standalone.event_format import format_fault
from data.audit.standalone.export_files import open_regular
from data.audit.standalone.fault_list import Fault, shown
from data.audit.standalone.json_spelling import plain_text, read_object
from data.audit.standalone.merkle_proofs import is_continued, is_included
from data.audit.standalone.proof_file import InclusionProof, leaf_of, read_consistency, read_inclusion
from data.audit.standalone.proof_report import ProofReport
from data.audit.standalone.signed_note import (
    LogCheckpoint,
    decode_base64,
    is_message_signed_by,
    is_signed_by,
    read_checkpoint,
    read_key,
)

LARGEST_PROOF = 1 << 26
_SHOWN_FIELDS = ("type", "subject", "recorded_at", "effective_at")


def verify_event_proof(path: Path, keys: Sequence[str] = ()) -> ProofReport:
    """Return the report on the proof of one event.

    One of `keys`, from a source that the caller trusts, must have signed the checkpoint; without them the key that the
    file names is used. Never raises.
    """
    return _guarded(path, keys, lambda report: _check_event(report, path, keys))


def verify_consistency_proof(path: Path, old: Path, keys: Sequence[str]) -> ProofReport:
    """Return the report on the proof that one checkpoint continues another.

    `old` is a file with the older checkpoint: a note, or the proof of an event. Each checkpoint must be signed by one
    of `keys`. Never raises.
    """
    return _guarded(path, keys, lambda report: _check_consistency(report, path, old, keys))


def inclusion_fault(proof: InclusionProof) -> str:
    """Return what is wrong with the proof of an event, without its signatures; empty if nothing is."""
    fields = proof.event_fields()
    if fields is None:
        return "the proof contains no event of modelward"
    leaf, checkpoint = leaf_of(fields["body"]), proof.checkpoint
    if not is_included(leaf, proof.seq, checkpoint.size, proof.path, checkpoint.root):
        return f"the event is not event {proof.seq} of the {checkpoint.size} events that the checkpoint states"
    event = read_object(fields["body"].encode("utf-8", "surrogatepass"))
    fault = format_fault(event)
    if event is None or fault:
        return fault
    if event["seq"] != proof.seq or event["log"] != checkpoint.origin:
        return "the event has another number, or belongs to another log, than the proof says"
    return ""


def kept_checkpoint(text: str) -> LogCheckpoint | None:
    """Return the checkpoint of a text that is a note, or the proof of an event; None for any other text."""
    proof = read_inclusion(text)
    return proof.checkpoint if proof else read_checkpoint(text)


def _guarded(path: Path, keys: Sequence[str], step: Callable[[ProofReport], str]) -> ProofReport:
    report = ProofReport(file=shown(path), is_key_trusted=bool(keys))
    try:
        fault = step(report)
    except Exception as broken:  # noqa: BLE001 – a broken file must never end the verification
        fault = f"the file cannot be verified: {shown(f'{type(broken).__name__}: {broken}')}"
    if fault:
        report.faults.append(Fault(fault, shown(path), report.index))
    report.ok = not report.faults
    return report


def _check_event(report: ProofReport, path: Path, keys: Sequence[str]) -> str:
    proof = read_inclusion(_text_of(path))
    if proof is None:
        return "the file is not a proof of one event (C2SP tlog-proof)"
    report.index = proof.seq
    _describe(report, proof.checkpoint)
    fault, fields = inclusion_fault(proof), proof.event_fields()
    if fields is None or fault:
        return fault
    report.event = _shown_event(fields["body"])
    signer = _signer(proof.checkpoint, keys or [fields["vkey"]])
    if not signer:
        return "the checkpoint is not signed by the key that you gave" if keys else "the checkpoint is not signed"
    if signer != fields["vkey"]:
        return "the file names another key than the one that signed the checkpoint"
    _add_keys(report, [signer])
    if fields["seal"] is None:
        return ""
    return _seal_fault(report, fields, proof, keys)


def _seal_fault(report: ProofReport, fields: dict[str, Any], proof: InclusionProof, keys: Sequence[str]) -> str:
    """Verify the seal. After a rotation its key is a former one, which counts as trusted only if it was given."""
    leaf = leaf_of(fields["body"]).hex()
    statement = f"modelward event seal v1\n{proof.checkpoint.origin}\n{proof.seq}\n{leaf}\n".encode("utf-8", "replace")
    if not is_message_signed_by(fields["seal_vkey"], statement, decode_base64(fields["seal"])):
        return "the seal of the event is not a signature by the key that the file names"
    report.is_sealed = not keys or fields["seal_vkey"] in keys
    return ""


def _check_consistency(report: ProofReport, path: Path, old: Path, keys: Sequence[str]) -> str:
    proof, older = read_consistency(_text_of(path)), kept_checkpoint(_text_of(old))
    if proof is None:
        return "the file is not a proof of consistency (old, hashes, checkpoint)"
    newer = proof.checkpoint
    _describe(report, newer)
    if older is None:
        return f"{shown(old)} contains no checkpoint"
    report.old_size = older.size
    signers = [_signer(checkpoint, keys) for checkpoint in (older, newer)]
    if not all(signers):
        return "the older checkpoint is not signed by a key that you gave" if not signers[0] else (
            "the newer checkpoint is not signed by a key that you gave"
        )  # fmt: skip
    _add_keys(report, signers)
    if older.origin != newer.origin:
        return "the two checkpoints belong to different logs"
    if older.size != proof.size:
        return f"the proof is about a checkpoint of {proof.size} events, the older checkpoint has {older.size}"
    if not is_continued(older.size, newer.size, older.root, newer.root, proof.path):
        return f"the log of {newer.size} events does not begin with the {older.size} events of the older checkpoint"
    return ""


def _describe(report: ProofReport, checkpoint: LogCheckpoint) -> None:
    report.origin, report.size, report.root = shown(checkpoint.origin), checkpoint.size, checkpoint.root.hex()


def _signer(checkpoint: LogCheckpoint, keys: Sequence[str]) -> str:
    return next((key for key in keys if is_signed_by(checkpoint.note, key)), "")


def _add_keys(report: ProofReport, keys: Sequence[str]) -> None:
    report.keys = list(dict.fromkeys(keys))
    found = [read_key(key) for key in report.keys]
    report.key_fingerprints = ["sha256:" + hashlib.sha256(key.public).hexdigest() for key in found if key]


def _shown_event(body: str) -> dict[str, str]:
    """Return the fields of an event that a person wants to compare, each as text that can be printed."""
    event = read_object(body.encode("utf-8", "surrogatepass")) or {}
    fields = {name: shown(event[name]) for name in _SHOWN_FIELDS}
    fields["actor"] = shown(f"{event['actor']['id']} ({event['actor']['auth']})")
    for name, value in event["data"].items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for part, detail in inner:
            label = shown(f"{name}.{part}" if part else name, 40)
            fields[label] = shown(detail if isinstance(detail, str) else plain_text(detail))
    return fields


def _text_of(path: Path) -> str:
    with open_regular(path) as file:
        return file.read(LARGEST_PROOF).decode("utf-8")
