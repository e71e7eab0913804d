"""The words of a version's documentation, found under their digests: in the artifact store, or in its submission."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Sequence

from data.errors import ArtifactError
from data.files.artifacts import DIGEST, ArtifactStore
from data.records.version import Section, Version
from data.submission.documents import FRONT_MATTER, LIMIT

LONGEST = 40_000
"""So many characters of a section are shown; who needs more reads the file under its digest."""


def section_texts(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, sections: Sequence[Section]
) -> dict[str, str | None]:
    """By name, the text of each section as it was handed in, cut at LONGEST; None where its bytes are not here."""
    wanted = {one.text_digest for one in sections}
    found = {digest: text for digest in wanted if (text := _kept(store, digest)) is not None}
    if wanted - set(found):
        found |= _submitted(inbox, version.submission_digest, wanted - set(found))
    return {one.name: _shown(found.get(one.text_digest)) for one in sections}


def _shown(text: str | None) -> str | None:
    if text is None:
        return None
    front = FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    more = len(body) - LONGEST
    return body if more <= 0 else f"{body[:LONGEST]}\n\n(… {more:,} more characters are in the submission)"


def _kept(store: ArtifactStore, digest: str) -> str | None:
    try:
        return store.read(digest).decode()
    except (ArtifactError, UnicodeDecodeError):
        return None


def _submitted(store: ArtifactStore, submission: str, wanted: set[str]) -> dict[str, str]:
    """What of the wanted lies in a packed submission: each text is held against its own digest as it is read."""
    found: dict[str, str] = {}
    if not DIGEST.fullmatch(submission) or not store.has(submission):
        return found
    try:
        with tarfile.open(store.path(submission), mode="r:") as tar:
            for member in tar:
                if member.isfile() and member.name.startswith("docs/") and member.size <= LIMIT:
                    content = (tar.extractfile(member) or _Nothing()).read()
                    digest = "sha256:" + hashlib.sha256(content).hexdigest()
                    if digest in wanted:
                        found[digest] = content.decode("utf-8", "replace")
    except (tarfile.TarError, OSError):
        return found
    return found


class _Nothing:
    def read(self) -> bytes:
        """No bytes."""
        return b""
