"""Delivers a submission: packs it into the inbox under its digest, and stores its provenance beside the pack.

The provenance is not inside the pack, so that the same files have the same digest, whoever submits them and whenever. A
folder that is submitted twice is therefore one submission.
"""

from __future__ import annotations

from pathlib import Path

from data.errors import SubmissionError
from data.files.artifacts import DIGEST, ArtifactStore
from data.files.durable_file import write_durably
from data.files.file_fault import file_faults
from data.files.file_lock import PRIVATE
from data.files.home import Home
from data.submission.packing import pack, unpack
from data.submission.provenance import Provenance, read_provenance, read_stored_provenance


def deliver(folder: Path, home: Home, submitter: str) -> str:
    """Pack a folder into the inbox and store its provenance; return the digest of the pack.

    A stored provenance with a commit is not replaced. Raises SubmissionError in the same cases as `pack`.
    """
    digest = pack(folder, home.inbox)
    known = delivered_provenance(home, digest)
    if known.commit is None:
        _write(_beside(home, digest), read_provenance(folder, submitter))
    return digest


def delivered_provenance(home: Home, digest: str) -> Provenance:
    """Return the provenance of a delivered submission; unproven if none was stored. Raises SubmissionError."""
    path = _beside(home, digest)
    return read_stored_provenance(path.read_text("utf-8")) if path.is_file() else Provenance()


def open_delivery(home: Home, digest: str, into: Path) -> Path:
    """Unpack a delivered submission into an empty folder and return the folder.

    Raises SubmissionError, or ArtifactError in the same cases as `unpack`.
    """
    if not DIGEST.fullmatch(digest):
        raise SubmissionError(
            f"{digest[:120]!a} is neither a folder nor the digest of a packed submission",
            "give the path of the submission's folder",
        )
    if not ArtifactStore(home.inbox).has(digest):
        raise SubmissionError(f"the inbox has no submission {digest}", "submit it with `modelward register FOLDER`")
    return unpack(home.inbox, digest, into)


def _beside(home: Home, digest: str) -> Path:
    return home.inbox / "provenance" / f"{digest.removeprefix('sha256:')}.json"


def _write(path: Path, provenance: Provenance) -> None:
    with file_faults(path):
        write_durably(path, provenance.model_dump_json(indent=1).encode(), PRIVATE)
