"""Wait until each affected consumer has answered, or its silence is accepted, and has a successor.

Answers are given by `modelward consumers ack`, `silence` and `plan`; the form accepts lines of the plan and checks
again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from prefect.input import RunInput
from pydantic import Field

from data.errors import InputError, RefusedError, TransitionIncompleteError
from data.queries.retirements import RetirementSnapshot, retirement_snapshot
from data.queries.rows import rows
from data.records.person import Actor
from data.records.retirement import Retirement, RetirementParty
from data.records.run_context import RunContext
from data.records.verdict import Failed, Passed, Unproven
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING
from data.text.counted import counted
from gates.contract import Criterion
from gates.transition import judge_transition
from tasks.retire.plan_transitions import plan_transitions
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, repeated, step
from views.forms.objection import Objection
from views.forms.retirement_progress import describe_transition

SHORTEST_WAIT = timedelta(days=1)
QUESTION = "transition"


class TransitionForm(RunInput):
    """The form fields of the person who leads the retirement."""

    person: str = Field(title="Your id on the roster", max_length=128)
    plan: str = Field(
        default="",
        title="Transitions",
        description="One consumer per line: SYSTEM YYYY-MM-DD TARGET. Leave it empty to only check again.",
        max_length=20_000,
    )


def await_transition(key: str, context: RunContext, steps: Steps = PLAIN_CALLS) -> Retirement:
    """Wait until every consumer of a planned retirement has a transition; return the retirement after that.

    Raises RequestClosedError when nobody answered before the sunset.
    """
    retirement = retirement_snapshot(Registry.here(), key).retirement
    if retirement.state not in PLANNING:
        return retirement
    if steps.take(judge_transitions, key):
        patience = max(SHORTEST_WAIT, retirement.sunset_at - moment(context.as_of))
        ask_until_settled(_question(key, context), patience, context.as_of, steps)
    return retirement_snapshot(Registry.here(), key).retirement


@step("judge transitions")
def judge_transitions(key: str) -> int:
    """Return the number of transition criteria that are not fulfilled."""
    found = retirement_snapshot(Registry.here(), key)
    criteria = judge_transition(found.retirement, found.parties)
    missing = len(open_criteria(found))
    outcome = f"{len(criteria) - missing} passed" + (f", {missing} open" if missing else "")
    name_step(f"judge transitions{repeated()}: {outcome}", retirement=key)
    return missing


def _question(key: str, context: RunContext) -> Question:
    return Question(
        name=QUESTION,
        subject=f"{key}/transition",
        run_id=context.run_id,
        form=lambda objection: _form(key, objection),
        settle=lambda answer: _settle(key, answer, context),
        is_open=lambda: bool(open_criteria(retirement_snapshot(Registry.here(), key))),
        people=lambda: "the retirement lead",
    )


def open_criteria(found: RetirementSnapshot) -> list[Criterion]:
    """Return the transition criteria that are not fulfilled."""
    criteria = judge_transition(found.retirement, found.parties)
    return [one for one in criteria if not isinstance(one.verdict, Passed)]


def _form(key: str, objection: Objection) -> type[RunInput]:
    found = retirement_snapshot(Registry.here(), key)
    missing = [_reason(one) for one in open_criteria(found)]
    return TransitionForm.with_initial_data(description=describe_transition(found, missing, objection))


def _settle(key: str, answer: FormAnswer, context: RunContext) -> AnswerOutcome:
    entered = answer.entered
    assert isinstance(entered, TransitionForm)
    by_person = RunContext(Actor(id=entered.person.strip().lower()), meanwhile(context.as_of), context.run_id)
    former = _transitions(key)
    try:
        changed = PLAIN_CALLS.take(plan_transitions, key, entered.plan.splitlines(), by_person)
    except (RefusedError, InputError) as error:
        _record_open_answer(key, error.code, error.what, by_person)
        # The lines before the refused one are recorded.
        changed = len(_transitions(key) - former)
        result = (
            f"{counted(changed, 'transition')} by {by_person.actor.id}, then refused: {error.what}" if changed else ""
        )
        return replace(refused(error, new_code=False), result=result)
    missing = open_criteria(retirement_snapshot(Registry.here(), key))
    left = f"{counted(len(missing), 'criterion', 'criteria')} open" if missing else "every criterion passed"
    result = f"{counted(changed, 'transition')} by {by_person.actor.id}, {left}"
    if missing:
        reason = "; ".join(_reason(one) for one in missing)
        _record_open_answer(key, TransitionIncompleteError("").code, reason, by_person)
        return AnswerOutcome(done=False, objection=Objection(reason), result=result)
    return AnswerOutcome(done=True, result=result)


def _transitions(key: str) -> set[tuple[str, str, datetime | None]]:
    """Return each consumer with what it moves to, and by when."""
    return {
        (one.system, one.moves_to or "", one.cut_over_at)
        for one in rows(Registry.here(), RetirementParty, retirement=key)
    }


def _record_open_answer(key: str, code: str, reason: str, context: RunContext) -> None:
    """Record an answer that leaves the question open: the event raises the attempt number, and so the next form's key
    is new."""
    refusal = RecordRefusal(about=f"{key}/transition", attempted="plan transitions", code=code, reason=reason[:4_000])
    Registry.here().execute(refusal, context)


def _reason(criterion: Criterion) -> str:
    verdict = criterion.verdict
    if isinstance(verdict, Failed):
        return verdict.reason
    return verdict.missing if isinstance(verdict, Unproven) else criterion.text
