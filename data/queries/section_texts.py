"""Reads the text of a version's documentation by digest, from the artifact store or the packed submission."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Sequence
from io import BytesIO

from data.errors import ArtifactError
from data.files.artifacts import DIGEST, ArtifactStore
from data.records.version import Section, Version
from data.submission.documents import FRONT_MATTER, LIMIT

LONGEST = 40_000
"""The maximum number of characters of a section that are shown; the whole file is stored under its digest."""


def section_texts(
    store: ArtifactStore, inbox: ArtifactStore, version: Version, sections: Sequence[Section]
) -> dict[str, str | None]:
    """Return the text of each section by name, without front matter, cut at LONGEST; None if its bytes are missing."""
    digests = {one.text_digest for one in sections}
    found = {digest: text for digest in digests if (text := _kept(store, digest)) is not None}
    if digests - set(found):
        found |= _submitted(inbox, version.submission_digest, digests - set(found))
    return {one.name: _shown(found.get(one.text_digest)) for one in sections}


def _shown(text: str | None) -> str | None:
    if text is None:
        return None
    front = FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    more = len(body) - LONGEST
    return (
        body
        if more <= 0
        else f"{body[:LONGEST]}\n\n(characters not shown: {more:,}; the whole text is in the submission)"
    )


def _kept(store: ArtifactStore, digest: str) -> str | None:
    try:
        return store.read(digest).decode()
    except (ArtifactError, UnicodeDecodeError):
        return None


def _submitted(store: ArtifactStore, submission: str, digests: set[str]) -> dict[str, str]:
    """Return the texts with these digests from a packed submission; each text is hashed when it is read."""
    found: dict[str, str] = {}
    if not DIGEST.fullmatch(submission) or not store.has(submission):
        return found
    try:
        with tarfile.open(store.path(submission), mode="r:") as tar:
            for member in tar:
                if member.isfile() and member.name.startswith("docs/") and member.size <= LIMIT:
                    content = (tar.extractfile(member) or BytesIO()).read()
                    digest = "sha256:" + hashlib.sha256(content).hexdigest()
                    if digest in digests:
                        found[digest] = content.decode("utf-8", "replace")
    except (tarfile.TarError, OSError):
        return found
    return found
