"""Judge the commands that open, escalate and resolve an incident, and check who may sign for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from data.errors import IllegalMoveError, IndependenceError, InputError, NotAuthorisedError
from data.records.deployment import Deployment, Operation
from data.records.events import EventType
from data.records.model import Model
from data.records.monitoring import REGISTRY, Incident
from data.records.names import short
from data.records.person import Role
from data.records.version import Version
from data.registry.command import Command, CommandResult, Context, Proof, Rule
from data.registry.commands.deployment import EscalateIncident, OpenIncident, ResolveIncident
from data.registry.redaction import redacted
from data.registry.rules.proof import Proven, administrator, deputy_data, grants_for, principal_of, prove
from data.registry.state import State

SIGNERS = (Role.OWNER, Role.APPROVER)
SEE_INCIDENT = "run `modelward incidents list --all` to see the incident"


def new_incident(
    state: State,
    operation: Operation,
    version: str,
    kind: Literal["rollback", "suspension", "emergency"],
    title: str,
    context: Context,
    deployment: str,
) -> Incident:
    """Return the incident of an urgent operation; it blocks the version unless that is an emergency release."""
    key, number = state.next_key(Incident, f"{operation.model}/incidents")
    return Incident(
        key=key,
        model=operation.model,
        version=version,
        number=number,
        kind=kind,
        title=title,
        blocking=kind != "emergency",
        deployment=deployment,
        opened_at=context.now,
        opened_by=operation.begun_by,
    )


def open_incident(state: State, command: OpenIncident, context: Context) -> CommandResult:
    """Open an incident about a file that differs from the record, once for each difference that is not resolved."""
    if command.model != REGISTRY:
        state.need(Model, command.model)
    version = state.need(Version, command.version) if command.version else None
    if version is not None and version.model != command.model:
        raise InputError(
            f"{short(version.key)} is no version of {short(command.model)}", "name the version's own model"
        )
    title = str(redacted(command.title))
    for known in state.find(Incident, model=command.model, kind=command.kind, title=title):
        if known.state != "resolved":
            return CommandResult(EventType.INCIDENT_OPENED, known.key, unchanged=True)
    key, number = state.next_key(Incident, f"{command.model}/incidents")
    row = Incident(
        key=key,
        model=command.model,
        version=command.version,
        number=number,
        kind=command.kind,
        title=title,
        blocking=False,
        opened_at=context.now,
        opened_by=context.person,
    )
    return CommandResult(EventType.INCIDENT_OPENED, key, (row,), {"remedy": command.remedy})


def escalate_incident(state: State, command: EscalateIncident, context: Context) -> CommandResult:
    """Escalate an incident whose operation was not ratified in time."""
    incident = state.need(Incident, command.key)
    if incident.state in ("escalated", "resolved"):
        raise IllegalMoveError(f"{_named(incident)} is {incident.state} already", SEE_INCIDENT)
    deployment = _unratified(state, incident)
    if incident.deployment is not None and deployment is None:
        raise IllegalMoveError(
            f"the operation of {_named(incident)} was ratified", "resolve it with `modelward incidents resolve`"
        )
    if deployment is not None and deployment.ratify_by is not None and deployment.ratify_by > context.now:
        raise IllegalMoveError(
            f"the operation of {_named(incident)} may be ratified until {deployment.ratify_by:%Y-%m-%d %H:%M} UTC",
            "wait until then",
        )
    row = incident.changed(state="escalated")
    return CommandResult(EventType.INCIDENT_ESCALATED, incident.key, (row,), {"reason": command.reason})


def resolve_incident(state: State, command: ResolveIncident, context: Context) -> CommandResult:
    """Resolve an incident and record what was done.

    An incident that blocks a version, or that a file of a model opened, needs the proof of another person than the one
    who opened it; that of a file of no model needs the proof of an administrator. The incident of an urgent operation
    can be resolved after the ratification, or after it has escalated.
    """
    incident = state.need(Incident, command.key)
    if incident.state == "resolved":
        raise IllegalMoveError(f"{_named(incident)} was resolved by {incident.resolved_by} already", SEE_INCIDENT)
    if incident.state != "escalated" and _unratified(state, incident) is not None:
        raise IllegalMoveError(
            f"the operation of {_named(incident)} is not ratified yet",
            "ratify it with `modelward ratify`, then resolve the incident",
        )
    proven = Proven(context.actor)
    if incident.model == REGISTRY:
        proven = administrator(state, command.proof, context)
    elif incident.needs_code:
        proven = require_other_signer(state, command.proof, incident, "*", context)
    elif command.proof is not None:
        proven = prove(state, command.proof, context)
    row = incident.changed(
        state="resolved", resolved_at=context.now, resolved_by=proven.actor.id, resolution=command.resolution
    )
    data = deputy_data(proven.deputy_of)
    return CommandResult(EventType.INCIDENT_RESOLVED, incident.key, (row, *proven.rows), data, actor=proven.actor)


def require_other_signer(
    state: State, proof: Proof | None, incident: Incident, environment: str, context: Context
) -> Proven:
    """Check and return the proof of an owner or approver of the model who neither opened the incident nor represents
    the person who opened it.

    Raises NotAuthorisedError, IndependenceError, ProofError, LockedOutError.
    """
    if proof is None:
        raise NotAuthorisedError(
            f"{_named(incident)} needs the one-time code of an owner or approver", "add --by PERSON and enter the code"
        )
    proven = prove(state, proof, context)
    person = proven.actor.id
    model = state.need(Model, incident.model)
    held = [one for role in SIGNERS for one in grants_for(state, person, role, context, model, environment=environment)]
    if not held:
        raise NotAuthorisedError(f"{person} holds neither the role owner nor approver for {short(model.key)}")
    if person == incident.opened_by:
        raise IndependenceError(
            f"{person} opened {_named(incident)} and cannot sign for it", "ask another owner or approver"
        )
    free = [one for one in held if one.deputy_of != incident.opened_by]
    if not free:
        raise IndependenceError(
            f"{person} represents {incident.opened_by}, who opened {_named(incident)}",
            "ask another owner or approver",
        )
    return replace(proven, deputy_of=principal_of(free))


def _unratified(state: State, incident: Incident) -> Deployment | None:
    deployment = state.get(Deployment, incident.deployment) if incident.deployment else None
    return deployment if deployment is not None and deployment.ratified_by is None else None


def _named(incident: Incident) -> str:
    return f"incident {incident.number} of {'the registry' if incident.model == REGISTRY else short(incident.model)}"


RULES: Mapping[type[Command], Rule] = {
    OpenIncident: open_incident,
    EscalateIncident: escalate_incident,
    ResolveIncident: resolve_incident,
}
