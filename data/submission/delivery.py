"""The delivery of a submission: packed into the inbox under its digest, with its provenance beside it.

The provenance is beside the pack and not inside it: the same files have the same digest, whoever submits them and
whenever. A folder that is submitted twice is one submission.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from data.errors import SubmissionError
from data.files.artifacts import DIGEST, ArtifactStore
from data.files.home import Home
from data.submission.packing import pack, unpack
from data.submission.provenance import Provenance, read_enclosed, read_provenance


def deliver(folder: Path, home: Home, submitter: str) -> str:
    """Pack a folder into the inbox and record its provenance; returns its digest.

    The provenance of the first delivery stays when it is proven. Raises SubmissionError as `pack`.
    """
    digest = pack(folder, home.inbox)
    known = delivered_provenance(home, digest)
    if known.commit is None:
        _write(_beside(home, digest), read_provenance(folder, submitter))
    return digest


def delivered_provenance(home: Home, digest: str) -> Provenance:
    """The provenance of a delivered submission; unproven when none was written. Raises SubmissionError."""
    path = _beside(home, digest)
    return read_enclosed(path.read_text("utf-8")) if path.is_file() else Provenance()


def open_delivery(home: Home, digest: str, into: Path) -> Path:
    """Unpack a delivered submission into an empty folder. Raises SubmissionError; ArtifactError as `unpack`."""
    if not DIGEST.fullmatch(digest):
        raise SubmissionError(
            f"{digest[:120]!a} is neither a folder nor the digest of a packed one", "name the submission's folder"
        )
    if not ArtifactStore(home.inbox).has(digest):
        raise SubmissionError(f"the inbox holds no submission {digest}", "submit it with `modelward register FOLDER`")
    return unpack(home.inbox, digest, into)


def _beside(home: Home, digest: str) -> Path:
    return home.inbox / "provenance" / f"{digest.removeprefix('sha256:')}.json"


def _write(path: Path, provenance: Provenance) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(provenance.model_dump_json(indent=1))
    Path(file.name).replace(path)
