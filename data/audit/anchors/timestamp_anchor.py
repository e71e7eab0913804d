"""An anchor that is a time-stamp authority (RFC 3161): each stamp proves that a checkpoint existed at a time.

A stamp is a signature of the authority over the SHA-256 of the note, with the time. The stamps are kept in a file, one
JSON object a line. A stamp of a checkpoint covers every event before it, so after a time without connection only the
newest checkpoint gets a stamp. Whoever can write the file can remove stamps, but cannot make one with an earlier time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from data.audit.anchors.anchor import RECOVER_ANCHOR, Location, is_prefix
from data.audit.anchors.line_file import LineFile
from data.audit.body import canonical
from data.audit.journal import append_lines, complete_lines
from data.errors import AnchorError, JournalError, UnreachableAnchorError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_SECONDS = 20
_LARGEST_REPLY = 1 << 16
_UNNAMED = re.compile(r"[^A-Za-z0-9.-]+")


class TimestampAnchor(LineFile):
    """A time-stamp authority at an address, and the file in which its stamps are kept.

    `authorities` is a PEM file with the certificates that may be the root of the authority's certificate.
    """

    def __init__(self, folder: Path, address: str, authorities: Path, location: Location = "local") -> None:
        place = urlsplit(address)
        name = _UNNAMED.sub("-", f"{place.netloc}{place.path}").strip("-")
        super().__init__(folder / f"stamps-{name}.jsonl", location)
        self.address, self.authorities = address, authorities

    def append(self, note: str) -> None:
        """Request a stamp of the note, verify it, and write it to disk.

        Raises `UnreachableAnchorError` when the authority does not answer, `AnchorError` when its answer is not a valid
        stamp of this note or cannot be written.
        """
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # a Rust extension of 7 MB

        request = TimestampRequestBuilder(note.encode(), HashAlgorithm.SHA256).build()
        reply = self._ask(request.as_bytes())
        self._require_valid(reply, note, request.nonce)
        try:
            append_lines(self.path, [stamp_line(note, reply)])
        except JournalError as broken:
            raise AnchorError(f"the stamp was not stored: {broken.what}", broken.remedy) from broken

    def lacking(self, notes: list[str]) -> list[str]:
        """Return the newest of the notes: its stamp covers those before it."""
        return notes[-1:]

    def damage(self, notes: list[str], confirmed: int) -> bool:
        """Return True unless every stamp is one of these notes, and the newest that was confirmed is there."""
        try:
            held = self.notes()
        except AnchorError:
            return True
        stamped = [note for note in notes if note in frozenset(held)]
        last = [note for note in notes if not is_prefix([], [note], confirmed)][-1:]
        return held != stamped or not set(last) <= set(held)

    def rewrite(self, notes: list[str]) -> str:
        """Keep the lines that are stamps of these notes, and get a stamp of the newest. Return the name of the file
        that is kept. Raises `AnchorError`."""
        right = frozenset(notes)
        lines = []
        for line in complete_lines(self.path):
            try:
                if self.note_of(line) in right:
                    lines.append(line)
            except AnchorError:
                continue
        kept = self._replace(lines)
        for note in self.lacking(notes):
            if note not in self.notes():
                self.append(note)
        return kept

    def note_of(self, line: bytes) -> str:
        """Return the note of the stamp in a line. Raises `AnchorError` when the line is not a stamp."""
        try:
            stamp: Any = json.loads(line)
            note = stamp["note"]
            is_stamp = isinstance(note, str) and set(stamp) == {"note", "response"}
        except (ValueError, KeyError, TypeError, RecursionError):
            is_stamp, note = False, ""
        if not is_stamp:
            raise AnchorError(f"{self.path} contains a line that is not a stamp: {line[:60]!r}", RECOVER_ANCHOR)
        return str(note)

    def _ask(self, query: bytes) -> bytes:
        import httpx  # slow to import

        try:
            with httpx.stream(
                "POST", self.address, content=query, headers={"Content-Type": QUERY}, timeout=_SECONDS
            ) as answer:
                reply = b"".join(_limited(answer.iter_bytes()))
        except (httpx.HTTPError, ImportError, ValueError) as broken:  # the last two: a proxy that httpx cannot use
            what = f"the time-stamp authority {self.address} does not answer: {str(broken) or type(broken).__name__}"
            raise UnreachableAnchorError(what, _LATER) from broken
        if answer.status_code != httpx.codes.OK or answer.headers.get("Content-Type", "").split(";")[0] != REPLY:
            what = f"the time-stamp authority {self.address} answered with status {answer.status_code}, without a stamp"
            raise UnreachableAnchorError(what, _LATER)
        return reply

    def _require_valid(self, reply: bytes, note: str, nonce: int | None) -> None:
        """Raise `AnchorError` unless the reply is a stamp of the note, for this request, by a trusted authority."""
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

        verifier = VerifierBuilder(roots=self._roots(), nonce=nonce).build()
        try:
            stamp = decode_timestamp_response(reply)
            verifier.verify(stamp, hashlib.sha256(note.encode()).digest())
        except (VerificationError, ValueError) as broken:
            what = f"the answer of the time-stamp authority {self.address} is not a valid stamp: {broken}"
            remedy = f"check that {self.authorities} contains the root certificate of this authority"
            raise AnchorError(what, remedy) from broken

    def _roots(self) -> list[Certificate]:
        from cryptography.x509 import load_pem_x509_certificates

        try:
            return load_pem_x509_certificates(self.authorities.read_bytes())
        except (OSError, ValueError) as broken:
            what = f"the certificates of time-stamp authorities cannot be read from {self.authorities}: {broken}"
            raise AnchorError(what, "write the root certificates to this file in PEM form") from broken


def stamp_line(note: str, reply: bytes) -> bytes:
    """Return the line of a stamp, without line break: the note, and the reply of the authority (DER) in base64."""
    return canonical({"note": note, "response": base64.b64encode(reply).decode()})


def _limited(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > _LARGEST_REPLY:
            raise AnchorError(f"the answer of a time-stamp authority has more than {_LARGEST_REPLY} bytes", _LATER)
        yield chunk


_LATER = "the next checkpoint gets a stamp once the authority answers; until then do not rely on this anchor"
