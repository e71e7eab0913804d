"""Commands about the log itself and the standards in force."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from data.records.instant import Instant
from data.registry.command import Command, Proof

MOST_ANCHORS = 16


class CreateLog(Command):
    """Create the log: genesis with the log's name, keys and clock."""

    name: ClassVar[str] = "create log"
    origin: str
    vkey: str
    recovery_vkey: str
    log_id: str
    clock: Literal["wall", "replay"]


class RecordRefusal(Command):
    """Record an attempt that was refused by the registry or before it reached the registry."""

    name: ClassVar[str] = "record refusal"
    about: str
    attempted: str
    code: str
    reason: str

    @property
    def subject(self) -> str:
        """The key of the object that the attempt was about."""
        return self.about


class AdoptStandard(Command):
    """Put a version of a standard in force; its text is in the artifact store under `digest`.

    `anchors` is the number of anchors that must confirm a checkpoint, None if the standard demands none.
    """

    name: ClassVar[str] = "adopt standard"
    standard: str
    version: int
    title: str
    digest: str
    controls: int
    anchors: int | None = Field(default=None, ge=1, le=MOST_ANCHORS)
    proof: Proof | None = None


class RecordRecovery(Command):
    """Record that a copy of the log was written again from the registry.

    `file` is the name of the journal or anchor file, `kept` the name under which the damaged file was kept.
    """

    name: ClassVar[str] = "record recovery"
    file: str = Field(max_length=255)
    kept: str = Field(max_length=300)
    reason: str = Field(min_length=1, max_length=2000)


class ConfirmClock(Command):
    """Record that a person checked the host's clock: `clock` is its time, `previous` that of the last event."""

    name: ClassVar[str] = "confirm clock"
    clock: Instant
    previous: str = Field(max_length=40)
    reason: str = Field(min_length=1, max_length=2000)


class Attest(Command):
    """Record that verification, backup and restore drill succeeded.

    `backup` is the name of the folder of the backup in the home: from then on its absence is a finding.
    """

    name: ClassVar[str] = "attest"
    backup: str = Field(default="", max_length=255)
    events: int
    anchored: int
    assurance: str
    backup_digest: str
    restored_root: str


class PruneBackup(Command):
    """Record that the backup of an attestation is deleted. The newest backups are never pruned."""

    name: ClassVar[str] = "prune backup"
    attestation: str
    backup: str = Field(min_length=1, max_length=255)

    @property
    def subject(self) -> str:
        """The key of the attestation."""
        return self.attestation


class RecordLostBackup(Command):
    """Record that a backup is not in the home any more, and why; its absence is no finding from then on."""

    name: ClassVar[str] = "record lost backup"
    backup: str = Field(min_length=1, max_length=255)
    reason: str = Field(min_length=1, max_length=2000)
