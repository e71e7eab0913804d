"""Write proofs of events to files, and say how each is verified without modelward."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data.audit.standalone_file import standalone_verifier
from data.files.new_file import write_new_file, write_same_file
from data.records.event_proof import EventProof
from modelward.cli.terminal import remark, say, show_json

VERIFIER = "verify.py"


def write_proofs(proofs: Sequence[tuple[EventProof, Path]], with_verifier: bool, as_json: bool) -> None:
    """Write each proof to its new file, with the verifier beside it if asked; show what was written.

    Raises InputError for a file that exists, FileError.
    """
    for proof, path in proofs:
        write_new_file(path, proof.text.encode())
        if with_verifier:
            write_same_file(path.with_name(VERIFIER), standalone_verifier())
    if as_json:
        show_json([_fields(proof, path) for proof, path in proofs])
        return
    for proof, path in proofs:
        say(f"wrote {path}: event {proof.seq}, {proof.type}, is in the signed log of {proof.size} events")
        say(f"  verify it without modelward: {verifier_call(path, proof.vkey)}")
    remark("keep it where the owner of this host cannot change it, and note the key from a source you trust")


def verifier_call(path: Path, vkey: str) -> str:
    """Return the command that verifies a proof with the stand-alone verifier."""
    return f"python3 -I -S {path.with_name(VERIFIER)} --proof {path} --key '{vkey}'"


def _fields(proof: EventProof, path: Path) -> dict[str, object]:
    return {
        "file": path, "seq": proof.seq, "id": proof.id, "type": proof.type, "subject": proof.subject,
        "size": proof.size, "vkey": proof.vkey, "verify": verifier_call(path, proof.vkey),
    }  # fmt: skip
