"""Records of the registry about itself: adopted standards and attestations."""

from __future__ import annotations

from typing import ClassVar

from data.records.instant import Instant
from data.records.row import Row


class Standard(Row):
    """An adopted standard with the key `standards/<id>/<version>`; its exact text is stored under `digest`.

    `anchors` is the number of anchors that must confirm a checkpoint; None if the standard demands none.
    """

    table: ClassVar[str] = "standard"
    standard: str
    version: int
    title: str
    digest: str
    controls: int
    adopted_at: Instant
    adopted_by: str
    anchors: int | None = None


class Attestation(Row):
    """A successful verification of the log, with a backup and a test of restoring it, and their results."""

    table: ClassVar[str] = "attestation"
    number: int
    events: int
    anchored: int
    assurance: str
    backup_digest: str
    restored_root: str
    attested_at: Instant
