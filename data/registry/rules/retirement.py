"""Judge the commands that open, approve and end a retirement: sunset, traffic, withdrawal, archive.

`rules/retirement_party.py` judges notices, answers and transitions. Each step is a legal move of
`data/registry/lifecycle.py`; none can be left out. The command `withdraw version` only records that the version is out
of service: an operation of kind `withdraw` takes it out, once it is quiet. A version that serves in any slot cannot be
withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from data.errors import IllegalMoveError, InputError, RequestClosedError, StaleEvidenceError, TransitionIncompleteError
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Slot
from data.records.events import EventType
from data.records.evidence import sha256_of
from data.records.instant import in_utc
from data.records.model import Consumer, Model
from data.records.names import checked_name, short, system_name
from data.records.retirement import Retirement, RetirementParty
from data.records.row import Row
from data.records.version import ReviewState, Version
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.retirement import (
    AffectedParty,
    ApproveRetirement,
    ArchiveRetirement,
    BeginSunset,
    OpenRetirement,
    RecordTraffic,
    WithdrawVersion,
)
from data.registry.lifecycle import check_retirement_move, check_review_move
from data.registry.purposes import RETIRE, purpose_of
from data.registry.rules import retirement_party
from data.registry.rules.retirement_party import PLANNING, parties_of, what_is_missing
from data.registry.state import State

OUT_OF_USE = (ReviewState.RETIRED, ReviewState.REJECTED)


def retirement_of(state: State, version: str) -> Retirement | None:
    """Return the retirement of a version, or None. A restarted run continues from its state."""
    return state.get(Retirement, f"{version}/retirement")


def retirement_digest(state: State, key: str) -> str:
    """Return the digest `sha256:<hex>` of a retirement's plan: impact, sunset, quiet days, and each party's answer and
    transition. It is the `evidence_digest` of an approval request of purpose `retire`.

    Raises NotFoundError.
    """
    retirement = state.need(Retirement, key)
    fields = {"subject", "reason", "successor", "impact_digest", "outputs_in_force", "sunset_at", "quiet_days"}
    party = {"system", "declared", "through", "answer", "answered_by", "silence_reason", "moves_to", "cut_over_at"}
    parties = [one.model_dump(mode="json", include=party) for one in parties_of(state, key)]
    return sha256_of([retirement.model_dump(mode="json", include=fields), parties])


def open_retirement(state: State, command: OpenRetirement, context: Context) -> CommandResult:
    """Open a retirement with every affected party; without an affected party its plan is complete at once."""
    version = state.need(Version, command.version)
    check_review_move(short(version.key), version.review_state, ReviewState.RETIRED)
    key = f"{version.key}/retirement"
    known = state.get(Retirement, key)
    if known is not None:
        raise IllegalMoveError(
            f"{short(version.key)} has a retirement already; it is {known.state}", "continue it with `modelward retire`"
        )
    if in_utc(command.sunset_at) <= context.now:
        raise InputError(f"the sunset of {short(version.key)} must be in the future", "choose a later day")
    if command.successor is not None:
        _check_successor(state, version, command.successor)
    _check_cadence(state, version, command)
    parties = tuple(_party(key, one) for one in command.parties)
    if len({one.key for one in parties}) != len(parties):
        raise InputError(f"the retirement of {short(version.key)} lists a consumer twice", "list each consumer once")
    row = Retirement(
        key=key,
        subject=version.key,
        model=version.model,
        state="opened" if parties else "planned",
        opened_by=context.person,
        opened_at=context.now,
        **command.model_dump(exclude={"version", "parties"}),
    )
    return CommandResult(EventType.RETIREMENT_OPENED, key, (row, *parties), refs={"evidence": [command.impact_digest]})


def approve_retirement(state: State, command: ApproveRetirement, context: Context) -> CommandResult:
    """Approve a retirement whose plan is complete and was approved as it is now."""
    row = state.need(Retirement, command.key)
    if row.state == "approved" and row.request == command.request:
        return CommandResult(EventType.RETIREMENT_APPROVED, row.key, (row,), unchanged=True)
    missing = [what for party in parties_of(state, row.key) if (what := what_is_missing(party, row))]
    if missing and row.state in PLANNING:
        raise TransitionIncompleteError(f"the retirement of {short(row.subject)} is not complete: {'; '.join(missing)}")
    check_retirement_move(f"the retirement of {short(row.subject)}", row.state, "approved")
    _check_request(state, state.need(ApprovalRequest, command.request), row, context)
    return CommandResult(
        EventType.RETIREMENT_APPROVED, row.key, (row.changed(state="approved", request=command.request),)
    )


def begin_sunset(state: State, command: BeginSunset, context: Context) -> CommandResult:
    """Begin the sunset on its day; from then on the logs should contain no row of the version."""
    row = state.need(Retirement, command.key)
    if row.state in PLANNING:
        raise IllegalMoveError(
            f"the retirement of {short(row.subject)} is {row.state}; its sunset begins after its approval",
            "run `modelward retire`, which takes the next step",
        )
    if row.state != "approved":
        raise IllegalMoveError(
            f"the sunset of {short(row.subject)} has begun already; its retirement is {row.state}",
            "leave it: a retirement has one sunset",
        )
    if context.now < row.sunset_at:
        raise IllegalMoveError(
            f"the sunset of {short(row.subject)} is on {row.sunset_at:%Y-%m-%d %H:%M} UTC", "wait until then"
        )
    return CommandResult(
        EventType.RETIREMENT_SUNSET, row.key, (row.changed(state="sunset", traffic_from_at=context.now),)
    )


def record_traffic(state: State, command: RecordTraffic, context: Context) -> CommandResult:
    """Record the traffic since the sunset. The version is quiet when a window of at least `quiet_days` has no row.

    A consumer in the logs that was not known becomes an undeclared party.
    """
    row = state.need(Retirement, command.key)
    from_at, to_at = in_utc(command.from_at), in_utc(command.to_at)
    if row.state not in ("sunset", "quiet"):
        raise IllegalMoveError(
            f"the retirement of {short(row.subject)} is {row.state}; traffic is recorded from its sunset until its "
            "withdrawal",
            "run `modelward retire`, which takes the next step"
            if row.state != "archived"
            else "leave it: the retirement has ended",
        )
    if not row.sunset_at <= from_at < to_at <= context.now:
        raise InputError(
            f"the window from {from_at:%Y-%m-%d %H:%M} to {to_at:%Y-%m-%d %H:%M} UTC is not between the sunset at "
            f"{row.sunset_at:%Y-%m-%d %H:%M} UTC and now",
            "choose a window after the sunset that ends now or earlier",
        )
    if sum(command.by_consumer.values()) > command.rows:
        raise InputError(
            f"the row counts of the consumers add up to more than the {command.rows} of the window",
            "count the rows of the window again",
        )
    quiet = command.rows == 0 and to_at - from_at >= timedelta(days=row.quiet_days)
    changed = row.changed(
        state="quiet" if quiet else "sunset",
        traffic_from_at=from_at,
        traffic_to_at=to_at,
        traffic_rows=command.rows,
        traffic_digest=command.evidence_digest,
    )
    late = _late_parties(state, row, command)
    data = {"rows": command.rows, "by_consumer": command.by_consumer, "quiet": quiet}
    refs = {"evidence": [command.evidence_digest]}
    return CommandResult(EventType.RETIREMENT_TRAFFIC_CHECKED, row.key, (changed, *late), data, refs)


def withdraw_version(state: State, command: WithdrawVersion, context: Context) -> CommandResult:
    """Make a version retired that serves nowhere; the model too, if it has no other version and no successor.

    A version that never served is withdrawn at once. A model of which no version ever served stays active.
    """
    row = state.need(Retirement, command.key)
    name = f"the retirement of {short(row.subject)}"
    check_retirement_move(name, row.state, "withdrawn")
    if row.state == "planned":
        _require_never_served(state, row)
    serving = state.find(Slot, version=row.subject)
    if serving:
        places = ", ".join(f"{one.environment} {one.slot}" for one in serving)
        raise IllegalMoveError(
            f"{short(row.subject)} still serves as {places}",
            "deploy its successor there, or run `modelward retire`",
        )
    version = state.need(Version, row.subject)
    check_review_move(short(version.key), version.review_state, ReviewState.RETIRED)
    rows: list[Row] = [version.changed(review_state=ReviewState.RETIRED, state_reason=row.reason)]
    others = [one for one in state.find(Version, model=row.model) if one.key != version.key]
    is_last = row.successor is None and all(one.review_state in OUT_OF_USE for one in others)
    if is_last and state.find(Deployment, model=row.model):
        rows.append(state.need(Model, row.model).changed(state="retired"))
    return CommandResult(EventType.RETIREMENT_WITHDRAWN, row.key, (row.changed(state="withdrawn"), *rows))


def archive_retirement(state: State, command: ArchiveRetirement, context: Context) -> CommandResult:
    """Archive a withdrawn retirement with the digest of its dossier and the end of its retention."""
    row = state.need(Retirement, command.key)
    check_retirement_move(f"the retirement of {short(row.subject)}", row.state, "archived")
    retain_until = in_utc(command.retain_until)
    if retain_until <= context.now:
        raise InputError("the end of retention must be in the future", "choose a later day")
    changed = row.changed(
        state="archived", dossier_digest=command.dossier_digest, retain_until=retain_until, ended_at=context.now
    )
    data = {"text": command.text_digest} if command.text_digest else {}
    return CommandResult(
        EventType.RETIREMENT_ARCHIVED, row.key, (changed,), data, refs={"evidence": [command.dossier_digest]}
    )


def _check_request(state: State, request: ApprovalRequest, row: Retirement, context: Context) -> None:
    if purpose_of(request) is not RETIRE or request.subject != row.key:
        raise IllegalMoveError(
            f"the request is to {request.purpose} {short(request.subject)}, not to retire {short(row.subject)}",
            "request approval of the retirement",
        )
    if request.state != "approved" or request.valid_until is None:
        raise RequestClosedError(
            f"the request to retire {short(row.subject)} is {request.state}, not approved",
            "wait for the remaining votes" if request.state == "pending" else "",
        )
    if request.valid_until <= context.now:
        raise RequestClosedError(f"the approval to retire {short(row.subject)} has expired")
    if request.evidence_digest != retirement_digest(state, row.key):
        raise StaleEvidenceError(
            f"the plan to retire {short(row.subject)} is not the one that was approved", "request approval again"
        )


def has_served(state: State, version: str) -> bool:
    """Return True if a version was ever deployed, in any environment, also by an emergency release."""
    return bool(state.find(Deployment, version=version))


def _require_never_served(state: State, row: Retirement) -> None:
    if has_served(state, row.subject) or parties_of(state, row.key):
        raise IllegalMoveError(
            f"{short(row.subject)} served or has consumers; it is withdrawn after its approval, sunset and days "
            "without traffic",
            "run `modelward retire`, which takes the next step",
        )


def _check_successor(state: State, version: Version, successor: str) -> None:
    other = state.need(Version, successor)
    if other.key == version.key or other.review_state in OUT_OF_USE:
        fault = "itself" if other.key == version.key else f"a {other.review_state} version"
        raise InputError(
            f"{short(version.key)} cannot have {fault} as its successor", "choose a version that will serve"
        )
    deployments = state.find(Deployment, version=other.key)
    latest = max(deployments, key=lambda one: one.from_at, default=None)
    if latest is not None and latest.state == "rolled_back":
        raise InputError(
            f"{short(other.key)} was rolled back and cannot be the successor of {short(version.key)}",
            "choose another version, or deploy this one again first",
        )


def _check_cadence(state: State, version: Version, command: OpenRetirement) -> None:
    """Raise InputError when the slowest affected consumer can pause for longer than the quiet days."""
    systems = {system_name(one.system) for one in command.parties}
    known = [one for one in state.find(Consumer, model=version.model) if one.system in systems]
    slowest = max(known, key=lambda one: one.cadence_days, default=None)
    if slowest is not None and slowest.cadence_days > command.quiet_days:
        raise InputError(
            f"{slowest.system} uses the model every {slowest.cadence_days} days, so {command.quiet_days} quiet days do "
            "not show that it has stopped",
            f"require at least {slowest.cadence_days} quiet days",
        )


def _party(key: str, party: AffectedParty) -> RetirementParty:
    fields = party.model_dump(exclude={"system"})
    system = checked_name(party.system, "system")
    return RetirementParty(key=f"{key}/parties/{system}", retirement=key, system=system, **fields)


def _late_parties(state: State, row: Retirement, command: RecordTraffic) -> list[RetirementParty]:
    known = {one.system for one in parties_of(state, row.key)}
    seen = sorted({system_name(one) for one, rows in command.by_consumer.items() if rows} - known)
    at = in_utc(command.to_at)
    return [_party(row.key, AffectedParty(system=one, declared=False, last_seen_at=at)) for one in seen]


RULES: Mapping[type[Command], Rule] = {
    **retirement_party.RULES,
    OpenRetirement: open_retirement,
    ApproveRetirement: approve_retirement,
    BeginSunset: begin_sunset,
    RecordTraffic: record_traffic,
    WithdrawVersion: withdraw_version,
    ArchiveRetirement: archive_retirement,
}
