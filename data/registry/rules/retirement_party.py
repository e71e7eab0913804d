"""Judge the commands about the parties of a retirement: notice, answer, accepted silence and transition."""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import IllegalMoveError, InputError, NotAuthorisedError
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.model import Model
from data.records.names import short
from data.records.person import Role
from data.records.retirement import Retirement, RetirementParty
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.retirement import AcceptSilence, AnswerNotice, PlanTransition, RecordNotices
from data.registry.lifecycle import check_retirement_move
from data.registry.rules.proof import holds_role, prove
from data.registry.state import State

PLANNING = ("opened", "noticed", "planned")


def parties_of(state: State, retirement: str) -> list[RetirementParty]:
    """Return every party of a retirement, sorted by system."""
    return state.find(RetirementParty, retirement=retirement)


def what_is_missing(party: RetirementParty, retirement: Retirement) -> str:
    """Return in words what a party still lacks; an empty text when its answer and transition are complete."""
    lacks = []
    if party.answer == "objected":
        lacks.append("a settlement of its objection")
    elif party.answer == "none":
        lacks.append("an answer, or somebody who accepts its silence")
    if party.transition == "missing" or not party.moves_to or party.cut_over_at is None:
        lacks.append("a transition")
    elif not party.cut_over_at <= retirement.sunset_at:
        lacks.append("a cut-over before the sunset")
    kind = "" if party.declared else " (undeclared)"
    return f"{party.system}{kind} lacks {' and '.join(lacks)}" if lacks else ""


def record_notices(state: State, command: RecordNotices, context: Context) -> CommandResult:
    """Record that notices were written, and count them for each party; from the second on they are reminders."""
    row = state.need(Retirement, command.key)
    check_retirement_move(f"the retirement of {short(row.subject)}", row.state, "noticed")
    if not command.systems:
        raise InputError("no system got a notice", "list at least one system")
    if len(set(command.systems)) != len(command.systems):
        raise InputError("a system is listed twice", "list each system once")
    parties = [_party(state, row, system) for system in command.systems]
    changed = tuple(one.changed(notices=one.notices + 1, noticed_at=one.noticed_at or context.now) for one in parties)
    return CommandResult(
        EventType.RETIREMENT_NOTICED,
        row.key,
        (_moved(state, row, *changed), *changed),
        {"systems": list(command.systems), "outbox": command.outbox_digest},
    )


def answer_notice(state: State, command: AnswerNotice, context: Context) -> CommandResult:
    """Record the answer of a party; it replaces an earlier answer and an accepted silence."""
    row, party = _awaiting_answer(state, command.key, command.system)
    changed = party.changed(
        answer=command.answer, answered_by=context.person, answered_at=context.now, silence_reason=""
    )
    data = {"system": party.system, "answer": command.answer, "comment": command.comment}
    return CommandResult(EventType.RETIREMENT_ANSWERED, row.key, (_moved(state, row, changed), changed), data)


def accept_silence(state: State, command: AcceptSilence, context: Context) -> CommandResult:
    """Record that a risk acceptor accepts the silence of a party that got a notice and did not answer."""
    row, party = _awaiting_answer(state, command.key, command.system)
    if party.notices < 1:
        raise IllegalMoveError(
            f"{party.system} got no notice yet",
            "run `modelward retire`, which sends the notice; then wait for the answer",
        )
    if party.answer != "none":
        raise IllegalMoveError(
            f"{party.system} has answered already: {party.answer}", "accept only the silence of a party without answer"
        )
    proven = prove(state, command.proof, context)
    model = state.need(Model, row.model)
    if not holds_role(state, proven.actor.id, Role.RISK_ACCEPTOR, context, team=model.team, tier=model.tier):
        raise NotAuthorisedError(f"{proven.actor.id} does not hold the role risk-acceptor for {short(model.key)}")
    changed = party.changed(
        answer="silence accepted",
        answered_by=proven.actor.id,
        answered_at=context.now,
        silence_reason=command.reason,
    )
    data = {"system": party.system, "reason": command.reason}
    rows = (_moved(state, row, changed), changed, *proven.rows)
    return CommandResult(EventType.RETIREMENT_SILENCE_ACCEPTED, row.key, rows, data, actor=proven.actor)


def plan_transition(state: State, command: PlanTransition, context: Context) -> CommandResult:
    """Record what a party moves to and by when, which is the sunset at the latest.

    After the approval of the retirement, an approved transition can only be marked as moved; a party that was found
    later still gets its first transition.
    """
    row = state.need(Retirement, command.key)
    party = _party(state, row, command.system)
    cut_over_at = in_utc(command.cut_over_at)
    if cut_over_at > row.sunset_at and row.state in PLANNING:
        raise InputError(
            f"{party.system} would move at {cut_over_at:%Y-%m-%d %H:%M} UTC, after the sunset",
            f"choose a time up to the sunset at {row.sunset_at:%Y-%m-%d %H:%M} UTC",
        )
    changed = party.changed(
        moves_to=command.moves_to,
        cut_over_at=cut_over_at,
        transition="moved" if command.moved else "planned",
    )
    data = {"system": party.system, "moves_to": command.moves_to}
    if row.state in ("approved", "sunset", "quiet"):
        _check_only_moved(party, changed)
        return CommandResult(EventType.RETIREMENT_PLANNED, row.key, (changed,), data)
    check_retirement_move(f"the retirement of {short(row.subject)}", row.state, "planned")
    return CommandResult(EventType.RETIREMENT_PLANNED, row.key, (_moved(state, row, changed), changed), data)


def _check_only_moved(before: RetirementParty, after: RetirementParty) -> None:
    late = before.transition == "missing"
    same = (before.moves_to, before.cut_over_at) == (after.moves_to, after.cut_over_at)
    if not late and (not same or after.transition != "moved"):
        raise IllegalMoveError(
            f"the approved transition of {before.system} is to {before.moves_to} and cannot be changed",
            "record only that the system has moved, with `modelward consumers plan … --moved`",
        )


def _awaiting_answer(state: State, key: str, system: str) -> tuple[Retirement, RetirementParty]:
    row = state.need(Retirement, key)
    if row.state not in ("noticed", "planned"):
        raise IllegalMoveError(
            f"the retirement of {short(row.subject)} is {row.state}; an answer is possible after the first notice and "
            "before the approval",
            "run `modelward retire`, which sends the notices"
            if row.state == "opened"
            else "leave it: no answer is needed after the approval",
        )
    return row, _party(state, row, system)


def _party(state: State, row: Retirement, system: str) -> RetirementParty:
    return state.need(RetirementParty, f"{row.key}/parties/{system}")


def _moved(state: State, row: Retirement, *changed: RetirementParty) -> Retirement:
    """Return the retirement after a change of these parties: `planned` when no party lacks anything, else `noticed`.

    A retirement without any notice stays `opened`.
    """
    parties = {one.key: one for one in parties_of(state, row.key)} | {one.key: one for one in changed}
    complete = not any(what_is_missing(one, row) for one in parties.values())
    opened = row.state == "opened" and not any(one.notices for one in parties.values())
    to = "planned" if complete else "opened" if opened else "noticed"
    return row.changed(state=to)


RULES: Mapping[type[Command], Rule] = {
    RecordNotices: record_notices,
    AnswerNotice: answer_notice,
    AcceptSilence: accept_silence,
    PlanTransition: plan_transition,
}
