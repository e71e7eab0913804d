"""What the registry keeps about itself: standards adopted, attestations."""

from __future__ import annotations

from typing import ClassVar

from data.records.instant import Instant
from data.records.row import Row


class Standard(Row):
    """A standard as it was adopted: key `standards/<id>/<version>`, its exact text kept as evidence by digest."""

    table: ClassVar[str] = "standard"
    standard: str
    version: int
    title: str
    digest: str
    controls: int
    adopted_at: Instant
    adopted_by: str


class Attestation(Row):
    """A verification, backup and restore drill that held, and what was reached."""

    table: ClassVar[str] = "attestation"
    number: int
    events: int
    anchored: int
    assurance: str
    backup_digest: str
    restored_root: str
    attested_at: Instant
