"""Delivers a submission: packs it into the inbox under its digest, and stores its provenance beside the pack.

The provenance is not inside the pack, so that the same files have the same digest, whoever submits them and whenever. A
folder that is submitted twice is therefore one submission. The provenance is sealed, because the contributors of a
version are taken from it, and who is independent depends on them.
"""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import SubmissionError
from data.files.artifacts import DIGEST, ArtifactStore
from data.files.content_seal import ContentSeal
from data.files.durable_file import write_durably
from data.files.file_fault import file_faults
from data.files.file_lock import PRIVATE
from data.files.home import Home
from data.submission.packing import pack, unpack
from data.submission.provenance import Provenance, read_provenance, read_stored_provenance
from data.text.safe_log import safe_logger

LOG = safe_logger(__name__)
SEAL = re.compile(rb"seal ([0-9a-f]{64})")
"""The last line of a stored provenance: its seal, which covers everything before that line."""


def deliver(folder: Path, home: Home, submitter: str) -> str:
    """Pack a folder into the inbox and store its provenance; return the digest of the pack.

    A stored provenance that is proven is not replaced, unless it was changed. Raises SubmissionError in the same cases
    as `pack`, and SigningKeyError.
    """
    digest = pack(folder, home.inbox)
    try:
        known = delivered_provenance(home, digest)
    except SubmissionError:
        LOG.warning("the provenance beside the pack %s is not as it was written; it is derived again", digest)
        known = Provenance()
    if not known.is_proven:
        _write(home, digest, read_provenance(folder, submitter))
    return digest


def delivered_provenance(home: Home, digest: str) -> Provenance:
    """Return the provenance of a delivered submission; unproven if none was stored.

    Raises SubmissionError for one that was changed, or that an earlier version stored without a seal; SigningKeyError.
    """
    path = _beside(home, digest)
    if not path.is_file():
        return Provenance()
    content, _, ending = path.read_bytes().rpartition(b"\n")
    found = SEAL.fullmatch(ending)
    if found is None or not ContentSeal(home.keys).fits(_name(digest), content, bytes.fromhex(found[1].decode())):
        raise SubmissionError(
            f"the provenance beside the pack {digest} is not as it was written",
            "pack the folder again with `modelward register FOLDER`, which derives it again",
        )
    return read_stored_provenance(content.decode())


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


def _name(digest: str) -> str:
    return f"provenance {digest}"


def _write(home: Home, digest: str, provenance: Provenance) -> None:
    path, content = _beside(home, digest), provenance.model_dump_json(indent=1).encode()
    seal = ContentSeal(home.keys).seal(_name(digest), content)
    with file_faults(path):
        write_durably(path, content + f"\nseal {seal.hex()}".encode(), PRIVATE)
