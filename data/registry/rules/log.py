"""Judge the commands about the log itself: genesis, refusals, standards, attestations, backups, recoveries."""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import IllegalMoveError, InputError
from data.records.events import EventType
from data.records.log import Attestation, Standard
from data.records.row import SQL_TYPES
from data.records.tables import TABLES
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.log import (
    AdoptStandard,
    Attest,
    ConfirmClock,
    CreateLog,
    PruneBackup,
    RecordLostBackup,
    RecordRecovery,
    RecordRefusal,
)
from data.registry.migration import known_migrations
from data.registry.rules.proof import administrator
from data.registry.state import State
from data.settings import FEWEST_BACKUPS


def create_log(state: State, command: CreateLog, context: Context) -> CommandResult:
    """Create the genesis event: the log's name, keys and clock, and the schema with every table and column."""
    migrations = [migration.name for migration in known_migrations()]
    tables = {
        kind.table: {name: SQL_TYPES[column] for name, column in kind.stored_columns().items()} for kind in TABLES
    }
    declared = {"schema": len(migrations), "migrations": migrations, "tables": tables}
    data = {**command.model_dump(mode="json"), **declared}
    return CommandResult(EventType.LOG_CREATED, "log", data=data)


def record_refusal(state: State, command: RecordRefusal, context: Context) -> CommandResult:
    """Record a refusal; it changes no row."""
    return CommandResult(EventType.COMMAND_REFUSED, command.about, data=command.model_dump(mode="json"))


def adopt_standard(state: State, command: AdoptStandard, context: Context) -> CommandResult:
    """Adopt a version of a standard. A version can be adopted once, so its text never changes."""
    key = f"standards/{command.standard}/{command.version}"
    known = state.get(Standard, key)
    if known is not None:
        raise InputError(
            f"{command.standard} version {command.version} is adopted already ({known.digest[:19]}…)",
            "leave it: this text is in force"
            if known.digest == command.digest
            else "raise the version in the standard's file, then adopt it",
        )
    proven = administrator(state, command.proof, context)
    row = Standard(
        key=key,
        standard=command.standard,
        version=command.version,
        title=command.title,
        digest=command.digest,
        controls=command.controls,
        adopted_at=context.now,
        adopted_by=proven.actor.id,
        anchors=command.anchors,
    )
    return CommandResult(
        EventType.STANDARD_ADOPTED, key, (row, *proven.rows), refs={"standard": command.digest}, actor=proven.actor
    )


def attest(state: State, command: Attest, context: Context) -> CommandResult:
    """Record an attestation: verification, backup and restore drill succeeded."""
    key, number = state.next_key(Attestation, "attestations")
    row = Attestation(key=key, number=number, attested_at=context.now, **command.model_dump(exclude={"backup"}))
    data = {"backup": command.backup} if command.backup else {}
    return CommandResult(EventType.LOG_ATTESTED, key, (row,), data, {"backup": command.backup_digest})


def prune_backup(state: State, command: PruneBackup, context: Context) -> CommandResult:
    """Record that the backup of an attestation is deleted, unless it belongs to the newest attestations."""
    row = state.need(Attestation, command.attestation)
    if state.event_id(row.key, EventType.BACKUP_PRUNED):
        return CommandResult(EventType.BACKUP_PRUNED, row.key, unchanged=True)
    _, following = state.next_key(Attestation, "attestations")
    if row.number > following - 1 - FEWEST_BACKUPS:
        raise IllegalMoveError(
            f"the backup of {row.key} belongs to the newest {FEWEST_BACKUPS}, which are kept",
            f"set backups_kept to {FEWEST_BACKUPS} or more",
        )
    attested = state.event_data(row.key, EventType.LOG_ATTESTED).get("backup", command.backup)
    if attested != command.backup:
        raise InputError(f"the backup of {row.key} is {attested}, not {command.backup}", "name its own backup")
    data = {"backup": command.backup, "digest": row.backup_digest}
    return CommandResult(EventType.BACKUP_PRUNED, row.key, data=data)


def record_lost_backup(state: State, command: RecordLostBackup, context: Context) -> CommandResult:
    """Record that a backup is lost; it changes no row."""
    data = {"what": "backup", "backup": command.backup, "reason": command.reason}
    return CommandResult(EventType.LOG_RECOVERED, "log", data=data)


def record_recovery(state: State, command: RecordRecovery, context: Context) -> CommandResult:
    """Record a recovery; it changes no row."""
    return CommandResult(EventType.LOG_RECOVERED, "log", data=command.model_dump(mode="json"))


def confirm_clock(state: State, command: ConfirmClock, context: Context) -> CommandResult:
    """Record that the clock is right; it changes no row."""
    return CommandResult(EventType.LOG_RECOVERED, "log", data=command.model_dump(mode="json"))


RULES: Mapping[type[Command], Rule] = {
    CreateLog: create_log,
    RecordRefusal: record_refusal,
    AdoptStandard: adopt_standard,
    Attest: attest,
    PruneBackup: prune_backup,
    RecordLostBackup: record_lost_backup,
    RecordRecovery: record_recovery,
    ConfirmClock: confirm_clock,
}
