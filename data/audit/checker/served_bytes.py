"""Compares the bytes of an artifact with the digest that a verified manifest states, and copies them for the server."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

_BLOCK = 1 << 20


def check_bytes(fields: Mapping[str, Any], copy: Path | None) -> str:
    """Return why the bytes of a manifest's artifact may not be loaded; empty if they have its digest.

    With `copy` the bytes are written there while they are hashed, so that what is loaded is what was hashed. A pin of a
    container or an endpoint has no bytes: its values are hashed.
    """
    kind, digest = fields.get("kind"), fields.get("digest")
    if kind == "file":
        path = fields.get("path")
        return _file_fault(Path(path), str(digest), copy) if isinstance(path, str) else "the manifest has no path"
    if kind in ("container", "endpoint"):
        return "" if _pin_digest(fields.get("pinned")) == digest else f"the pinned {kind} does not have the digest"
    return f"an artifact of kind {kind} has no bytes that could be compared"


def _file_fault(path: Path, digest: str, copy: Path | None) -> str:
    draft = None if copy is None else copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        with path.open("rb") as file:
            found = _hashed(file, draft)
        if found != digest:
            return f"{path} has the digest {found}, the manifest states {digest}"
        if copy is not None and draft is not None:
            os.replace(draft, copy)  # noqa: PTH105 - the same call on every Python
    except OSError as error:
        return f"the bytes cannot be read or copied: {error}"
    finally:
        if draft is not None and draft.exists():
            draft.unlink()
    return ""


def _hashed(file: BinaryIO, draft: Path | None) -> str:
    digest = hashlib.sha256()
    copied = None if draft is None else draft.open("xb")
    try:
        while True:
            block = file.read(_BLOCK)
            if not block:
                return f"sha256:{digest.hexdigest()}"
            digest.update(block)
            if copied is not None:
                copied.write(block)
    finally:
        if copied is not None:
            copied.close()


def _pin_digest(pinned: object) -> str:
    """Return the digest of a pin, the SHA-256 of its RFC 8785 text; its values are texts."""
    if not isinstance(pinned, dict):
        return ""
    ordered = dict(sorted(pinned.items(), key=lambda item: str(item[0]).encode("utf-16-be", "surrogatepass")))
    text = json.dumps(ordered, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
