"""Judge the commands that request, decide, revoke and expire a waiver.

When a waiver ends, the approval of a version whose verdicts used it is revoked in the same event.
"""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import IllegalMoveError, InputError
from data.records.approval import ApprovalRequest
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.names import short
from data.records.person import Role
from data.records.review import VerdictSet, Waiver
from data.records.version import ReviewState, Version
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.review import DecideWaiver, ExpireWaiver, RequestWaiver, RevokeWaiver
from data.registry.lifecycle import check_review_move
from data.registry.purposes import DEPLOY
from data.registry.rules.proof import prove
from data.registry.rules.review import require_signer
from data.registry.state import State

SIGNERS = (Role.APPROVER, Role.RISK_ACCEPTOR)
CLOSED = frozenset({ReviewState.REJECTED, ReviewState.RETIRED})


def request_waiver(state: State, command: RequestWaiver, context: Context) -> CommandResult:
    """Request that a control does not apply to a version until a date, with the reason."""
    version = state.need(Version, command.version)
    if version.review_state in CLOSED:
        raise IllegalMoveError(
            f"{short(version.key)} is {version.review_state}; a waiver has no effect on it",
            "register a new version, then request the waiver for that one",
        )
    for what, text in (("control", command.control), ("reason", command.reason)):
        if not text.strip():
            raise InputError(f"the {what} of the waiver is empty", f"state the {what}")
    if in_utc(command.expires_at) <= context.now:
        raise InputError("the end of a waiver must be in the future", "choose a later --until")
    key, number = state.next_key(Waiver, f"{version.key}/waivers")
    row = Waiver(key=key, number=number, requester=context.person, requested_at=context.now, **command.model_dump())
    return CommandResult(EventType.WAIVER_REQUESTED, key, (row,))


def decide_waiver(state: State, command: DecideWaiver, context: Context) -> CommandResult:
    """Grant or refuse a waiver, by an approver or risk acceptor who neither requested it nor worked on the version."""
    waiver = _require_waiver(state, command.key, "requested")
    if waiver.expires_at <= context.now:
        raise IllegalMoveError("the requested end of the waiver has passed", "request a new waiver")
    if not command.grant and not command.reason.strip():
        raise InputError("the refusal of a waiver needs a reason", "give a reason")
    version = state.need(Version, waiver.version)
    require_signer(state, version, command.proof, SIGNERS, context, waiver.requester)
    proven = prove(state, command.proof, context)
    row = (
        waiver.changed(state="granted", approver=proven.actor.id, granted_at=context.now)
        if command.grant
        else waiver.changed(
            state="refused", approver=proven.actor.id, ended_at=context.now, ended_reason=command.reason
        )
    )
    event = EventType.WAIVER_GRANTED if command.grant else EventType.WAIVER_REFUSED
    data = {"control": waiver.control, "reason": command.reason}
    return CommandResult(event, waiver.key, (row, *proven.rows), data, actor=proven.actor)


def revoke_waiver(state: State, command: RevokeWaiver, context: Context) -> CommandResult:
    """Revoke a waiver, by a person who could grant it; a version whose approval used it is revoked too."""
    waiver = _require_waiver(state, command.key, "granted")
    version = state.need(Version, waiver.version)
    require_signer(state, version, command.proof, SIGNERS, context)
    proven = prove(state, command.proof, context)
    row = waiver.changed(state="revoked", ended_at=context.now, ended_reason=command.reason)
    revoked = _revoked(state, version, waiver, f"waiver of {waiver.control} revoked: {command.reason}")
    data = {"control": waiver.control, "reason": command.reason}
    return CommandResult(EventType.WAIVER_REVOKED, waiver.key, (row, *revoked, *proven.rows), data, actor=proven.actor)


def expire_waiver(state: State, command: ExpireWaiver, context: Context) -> CommandResult:
    """Record that a waiver expired, not before its end; a version whose approval used it is revoked too."""
    waiver = _require_waiver(state, command.key, "granted", "requested")
    if context.now < waiver.expires_at:
        raise IllegalMoveError(
            f"the waiver of {waiver.control} expires at {waiver.expires_at:%Y-%m-%d %H:%M} UTC", "wait until then"
        )
    row = waiver.changed(state="expired", ended_at=context.now, ended_reason="it expired")
    revoked = _revoked(state, state.need(Version, waiver.version), waiver, f"waiver of {waiver.control} expired")
    return CommandResult(EventType.WAIVER_EXPIRED, waiver.key, (row, *revoked), {"control": waiver.control})


def _require_waiver(state: State, key: str, *states: str) -> Waiver:
    waiver = state.need(Waiver, key)
    if waiver.state not in states:
        raise IllegalMoveError(
            f"waiver {waiver.number} of {short(waiver.version)} is {waiver.state}, not {' or '.join(states)}",
            "run `modelward waivers list --all` to see each waiver with its state",
        )
    return waiver


def _revoked(state: State, version: Version, waiver: Waiver, reason: str) -> tuple[Version, ...]:
    """Return the version with its approval revoked if that used the waiver; otherwise nothing."""
    if version.review_state is not ReviewState.APPROVED or not _approved_on(state, version, waiver):
        return ()
    check_review_move(short(version.key), version.review_state, ReviewState.REVOKED)
    return (version.changed(review_state=ReviewState.REVOKED, state_reason=reason),)


def _approved_on(state: State, version: Version, waiver: Waiver) -> bool:
    requests = state.find(ApprovalRequest, subject=version.key, purpose=DEPLOY.name, state="approved")
    sets = [state.need(VerdictSet, one.verdict_set) for one in requests if one.verdict_set]
    return any(
        one.waived_by is not None and (one.waived_by == waiver.key or one.control == waiver.control)
        for verdicts in sets
        for one in verdicts.judgements
    )


RULES: Mapping[type[Command], Rule] = {
    RequestWaiver: request_waiver,
    DecideWaiver: decide_waiver,
    RevokeWaiver: revoke_waiver,
    ExpireWaiver: expire_waiver,
}
