"""Judge the commands about models, their plans and their consumers."""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import IllegalMoveError, IndependenceError, InputError, InvalidNameError, NotAuthorisedError
from data.records.events import EventType
from data.records.log import Standard
from data.records.model import AppliedStandard, Consumer, Mode, Model, MonitoringPlan, TestPlan, enforces
from data.records.names import checked_name, model_key, person_key, short, split_model
from data.records.person import Person, Role
from data.registry.command import Command, CommandResult, Context, Proof, Rule
from data.registry.commands.model import DeclareConsumer, RecordMonitoringPlan, RecordTestPlan, RegisterModel
from data.registry.independence import is_one_of
from data.registry.rules.proof import Proven, active_person, administrators, grants_held, prove
from data.registry.state import State

STRICTNESS: Mapping[Mode, int] = {"observe": 0, "warn": 1, "enforce": 2}
RELAXERS = (Role.APPROVER, Role.ADMINISTRATOR)
NOTHING_ENFORCED = "nothing is enforced"


def register_model(state: State, command: RegisterModel, context: Context) -> CommandResult:
    """Register a model, or amend a registered one; its standards must be adopted.

    The event lists every relaxed rule, and notes when no standard is enforced.
    """
    team, name = split_key(command.model)
    _check_standards(state, command)
    data: dict[str, object] = {} if enforces(command.standards) else {"note": NOTHING_ENFORCED}
    known = state.get(Model, command.model)
    _check_owner(state, known, command, context)
    if known is None:
        proven = _proven(state, command.proof, context)
        by = proven.actor.id
        row = Model(
            key=command.model, team=team, name=name, registered_at=context.now, registered_by=by, **command.fields
        )
        return CommandResult(EventType.MODEL_REGISTERED, command.model, (row, *proven.rows), data, actor=proven.actor)
    relaxed = relaxations(active_model(state, known.key), command)
    if relaxed:
        writers = command.written_by or (context.person,)
        _require_relaxer(state, known, require_proof(known, command), (*writers, known.owner, command.owner), context)
        data |= {"milder": relaxed, "written_by": list(writers)}
    proven = _proven(state, command.proof, context)
    rows = (known.changed(**command.fields), *proven.rows)
    return CommandResult(EventType.MODEL_AMENDED, command.model, rows, data, actor=proven.actor)


def relaxations(known: Model, amended: RegisterModel) -> list[str]:
    """Return in words each way in which the rules of a model would be relaxed; empty when none is.

    Rules are relaxed by a greater tier number, a dropped standard, a less strict mode, or another first standard, since
    the first standard decides who approves. A standard listed twice counts with its strictest mode.
    """
    before, after = _strictest(known.standards), _strictest(amended.standards)
    found = [f"tier {known.tier} becomes {amended.tier}"] if amended.tier > known.tier else []
    for name, mode in before.items():
        if name not in after:
            found.append(f"the standard {name} is dropped")
        elif STRICTNESS[after[name]] < STRICTNESS[mode]:
            found.append(f"the standard {name} goes from {mode} to {after[name]}")
    first, then = next(iter(before), ""), next(iter(after), "")
    if first != then:
        found.append(f"the standard {then} says who approves, in place of {first}")
    return found


def require_proof(known: Model, amended: RegisterModel) -> Proof:
    """Return the proof in an amendment that needs one. Raises NotAuthorisedError when it has none."""
    if amended.proof is None and amended.owner != known.owner:
        raise NotAuthorisedError(
            f"the owner of {short(known.key)} would change from {known.owner} to {amended.owner}",
            f"run `modelward amend FOLDER --by {known.owner}`, or --by {amended.owner}, or --by ADMINISTRATOR",
        )
    if amended.proof is None:
        raise NotAuthorisedError(
            f"the rules of {short(known.key)} would be relaxed: {'; '.join(relaxations(known, amended))}",
            "run `modelward amend FOLDER --by APPROVER` to relax them",
        )
    return amended.proof


def needs_proof(known: Model, amended: RegisterModel) -> bool:
    """Return True if an amendment needs a one-time code: it relaxes rules, or names another owner."""
    return amended.owner != known.owner or bool(relaxations(known, amended))


def _check_owner(state: State, known: Model | None, command: RegisterModel, context: Context) -> None:
    """Raise NotAuthorisedError unless a new owner is on the roster, and a change of owner was confirmed.

    The former owner, the new owner or an administrator confirms a change of owner with their code.
    """
    if known is not None and known.owner == command.owner:
        return
    if active_person(state, command.owner) is None:
        raise NotAuthorisedError(
            f"{command.owner}, the owner of {short(command.model)}, is not on the roster",
            f"correct `owner` in model.yaml, or add the person with `modelward people add {command.owner}`",
        )
    if known is None:
        return
    person = require_proof(known, command).person
    if person not in (known.owner, command.owner, *administrators(state, context)):
        raise NotAuthorisedError(
            f"{person} cannot make {command.owner} the owner of {short(known.key)} in place of {known.owner}",
            f"ask {known.owner}, {command.owner} or an administrator to run `modelward amend FOLDER`",
        )


def _proven(state: State, proof: Proof | None, context: Context) -> Proven:
    return Proven(context.actor) if proof is None else prove(state, proof, context)


def _require_relaxer(state: State, model: Model, proof: Proof, parties: tuple[str, ...], context: Context) -> None:
    """Raise an error unless the person of the proof may relax the rules of a model.

    The person must hold the role approver for the model in every environment, or the role administrator, and be none of
    `parties`. A deputy may do so only when the represented person is none of them either. Raises NotAuthorisedError,
    IndependenceError.
    """
    held = [
        grant
        for role in RELAXERS
        for grant in grants_held(state, proof.person, role, context, team=model.team, tier=model.tier)
        if grant.environment == "*"
    ]
    if not held:
        raise NotAuthorisedError(
            f"{proof.person} holds neither the role approver for team {model.team}, tier {model.tier} and every "
            "environment, nor the role administrator"
        )
    own = [grant for grant in held if grant.deputy_of is None]
    for name in (proof.person, *(() if own else (grant.deputy_of or "" for grant in held))):
        if is_one_of(state.need(Person, person_key(name)), parties):
            raise IndependenceError(
                f"{name} wrote this change, submitted it or owns {short(model.key)}, and cannot relax its rules",
                "ask another approver or administrator; once all files are committed, only Git's authors are writers",
            )


def _strictest(standards: tuple[AppliedStandard, ...]) -> dict[str, Mode]:
    """Return the strictest mode of each standard, in the order in which the standards first appear."""
    found: dict[str, Mode] = {}
    for applied in standards:
        name, mode = applied.standard, applied.mode
        found[name] = max(found.get(name, mode), mode, key=lambda one: STRICTNESS[one])
    return found


def _check_standards(state: State, command: RegisterModel) -> None:
    for applied in command.standards:
        if not state.find(Standard, standard=applied.standard):
            raise InputError(
                f"the standard {applied.standard} of {short(command.model)} is not adopted",
                f"adopt it with `modelward standard adopt {applied.standard}`",
            )
    if not command.standards:
        raise InputError(f"{short(command.model)} has no standard", "list one under `standards:` in model.yaml")


def record_test_plan(state: State, command: RecordTestPlan, context: Context) -> CommandResult:
    """Record a test plan with its time; its thresholds apply only to tests run later."""
    model = active_model(state, command.model)
    names = [test.name for test in command.tests]
    if len(set(names)) != len(names):
        raise InputError(f"the test plan of {short(model.key)} repeats a test name", "give each test its own name")
    key, number = state.next_key(TestPlan, f"{model.key}/test-plans")
    row = TestPlan(
        key=key,
        model=model.key,
        number=number,
        tests=command.tests,
        recorded_at=context.now,
        recorded_by=context.person,
    )
    return CommandResult(EventType.TEST_PLAN_RECORDED, model.key, (row,))


def record_monitoring_plan(state: State, command: RecordMonitoringPlan, context: Context) -> CommandResult:
    """Record a monitoring plan with its time and rationale; the last plan recorded before a window applies to it."""
    model = active_model(state, command.model)
    key, number = state.next_key(MonitoringPlan, f"{model.key}/monitoring-plans")
    row = MonitoringPlan(
        key=key, number=number, recorded_at=context.now, recorded_by=context.person, **command.model_dump()
    )
    return CommandResult(EventType.MONITORING_PLAN_RECORDED, model.key, (row,))


def declare_consumer(state: State, command: DeclareConsumer, context: Context) -> CommandResult:
    """Declare a consumer, or amend a declared one; the times at which it was observed in the logs are kept."""
    model = active_model(state, command.model)
    key = f"{model.key}/consumers/{checked_name(command.system, 'system')}"
    amended = command.model_dump()
    known = state.get(Consumer, key)
    row = (
        Consumer(key=key, declared=True, declared_at=context.now, **amended)
        if known is None
        else known.changed(declared=True, declared_at=known.declared_at or context.now, **amended)
    )
    return CommandResult(EventType.CONSUMER_DECLARED, key, (row,))


def split_key(key: str) -> tuple[str, str]:
    """Return team and name of a model, given its key. Raises InvalidNameError for another text."""
    team, name = split_model(key.removeprefix("models/"))
    if team is None or model_key(team, name) != key:
        raise InvalidNameError(f"{key[:60]!a} is not the key of a model", "write it as `models/team/name`")
    return team, name


def active_model(state: State, key: str) -> Model:
    """Return the active model under a key. Raises NotFoundError, IllegalMoveError when the model is retired."""
    model = state.need(Model, key)
    if model.state != "active":
        raise IllegalMoveError(
            f"the model {short(key)} is retired", "choose another model; `modelward inventory` lists them"
        )
    return model


RULES: Mapping[type[Command], Rule] = {
    RegisterModel: register_model,
    RecordTestPlan: record_test_plan,
    RecordMonitoringPlan: record_monitoring_plan,
    DeclareConsumer: declare_consumer,
}
