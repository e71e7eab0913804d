"""Commands about the log itself and the standards in force."""

from __future__ import annotations

from typing import ClassVar, Literal

from data.registry.command import Command, Proof


class CreateLog(Command):
    """Genesis: the log's name, its keys and its clock."""

    name: ClassVar[str] = "create log"
    origin: str
    vkey: str
    recovery_vkey: str
    log_id: str
    clock: Literal["wall", "replay"]


class RecordRefusal(Command):
    """Somebody tried something that was refused before or by the registry."""

    name: ClassVar[str] = "record refusal"
    about: str
    attempted: str
    code: str
    reason: str

    @property
    def subject(self) -> str:
        """What the attempt was about."""
        return self.about


class AdoptStandard(Command):
    """Put a version of a standard in force; its text lies in the artifact store under `digest`."""

    name: ClassVar[str] = "adopt standard"
    standard: str
    version: int
    title: str
    digest: str
    controls: int
    proof: Proof | None = None


class Attest(Command):
    """Record that verification, backup and restore drill held."""

    name: ClassVar[str] = "attest"
    events: int
    anchored: int
    assurance: str
    backup_digest: str
    restored_root: str
