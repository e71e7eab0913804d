"""A file that differs from the record: what serves, or a stored file that a verification hashed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FileDifference:
    """A file that differs from the record. `model` is a key, or `registry` for a file of no single model.

    `unsigned` is True for a manifest that is the recorded one and only lacks its signature.
    """

    kind: Literal["serving", "files"]
    model: str
    version: str | None
    what: str
    remedy: str
    unsigned: bool = False
