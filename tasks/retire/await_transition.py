"""Wait until everybody a retirement affects has answered, or is answered for, and has somewhere to go in time.

Answers come by `modelward consumers ack`, `silence` and `plan`; the form takes lines of the plan and looks again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from prefect.input import RunInput
from pydantic import Field

from data.errors import InputError, RefusedError, TransitionIncompleteError
from data.records.names import short
from data.records.person import Actor
from data.records.retirement import Retirement, RetirementParty
from data.records.run_context import RunContext
from data.records.verdict import Failed, Passed, Unproven
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING, parties_of
from data.text.markdown_text import plain
from gates.contract import Criterion
from gates.transition import judge_transition
from tasks.retire.plan_transitions import plan_transitions
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer
from views.forms.objection import Objection, objection_lines
from views.forms.retirement_tables import retirement_lines

HOW = (
    "Answers come by `modelward consumers ack`, accepted silence by `modelward consumers silence`; plan below where "
    "everybody goes, then look again."
)
SHORTEST_WAIT = timedelta(days=1)


class TransitionForm(RunInput):
    """What whoever leads the retirement enters when it is time to look again."""

    person: str = Field(title="Your id on the roster", max_length=128)
    plan: str = Field(
        default="",
        title="Transitions",
        description="One a line: consumer, day, what it moves to, like: crews 2013-11-30 v3. Empty only looks again.",
        max_length=20_000,
    )


def await_transition(key: str, run: RunContext) -> Retirement:
    """Wait until the gate of transitions holds for a retirement that is planned; answers it as it stands then.

    Raises RequestClosedError when nobody looked again before the sunset.
    """
    retirement, parties = standing(key)
    if retirement.state in PLANNING and standing_open(retirement, parties):
        ask_until_settled(_question(key, run), max(SHORTEST_WAIT, retirement.sunset_at - moment(run.as_of)), run.as_of)
    return standing(key)[0]


def _question(key: str, run: RunContext) -> Question:
    return Question(
        name="transition",
        subject=f"{key}/transition",
        run_id=run.run_id,
        form=lambda objection: _form(key, objection),
        settle=lambda answer: _settle(key, answer, run),
        is_open=lambda: bool(standing_open(*standing(key))),
    )


def standing(key: str) -> tuple[Retirement, list[RetirementParty]]:
    """A retirement and its parties as they stand now."""
    with Registry.here().reading() as state:
        return state.need(Retirement, key), parties_of(state, key)


def standing_open(retirement: Retirement, parties: list[RetirementParty]) -> list[Criterion]:
    """The criteria of the gate that do not hold."""
    return [one for one in judge_transition(retirement, parties) if not isinstance(one.verdict, Passed)]


def in_words(criteria: list[Criterion]) -> str:
    """What does not hold, in one line."""
    return "; ".join(_said(one) for one in criteria)


def _form(key: str, objection: Objection) -> type[RunInput]:
    retirement, parties = standing(key)
    lines = [*objection_lines(objection), f"### Retire {plain(short(retirement.subject))}: who is missing?", ""]
    lines += [f"- **missing:** {plain(_said(one), 1_000)}" for one in standing_open(retirement, parties)]
    lines += ["", HOW, "", *retirement_lines(retirement, parties)]
    return TransitionForm.with_initial_data(description="\n".join(lines))


def _settle(key: str, answer: FormAnswer, run: RunContext) -> AnswerOutcome:
    entered = answer.entered
    assert isinstance(entered, TransitionForm)
    now, person = replace(run, as_of=meanwhile(run.as_of)), entered.person.strip().lower()
    try:
        plan_transitions(key, entered.plan.splitlines(), Actor(id=person), now)
    except (RefusedError, InputError) as error:
        _not_yet(key, error.code, error.what, person, now)
        return refused(error)
    missing = standing_open(*standing(key))
    if missing:
        return _not_yet(key, TransitionIncompleteError("").code, in_words(missing), person, now)
    return AnswerOutcome(done=True)


def _not_yet(key: str, code: str, reason: str, person: str, run: RunContext) -> AnswerOutcome:
    """Each look that does not settle it is an event of its own, and so gets a form of its own."""
    refusal = RecordRefusal(about=f"{key}/transition", attempted="go on", code=code, reason=reason[:4_000])
    Registry.here().execute(refusal, RunContext(Actor(id=person), run.as_of, run.run_id))
    return AnswerOutcome(done=False, objection=Objection(reason))


def _said(one: Criterion) -> str:
    verdict = one.verdict
    if isinstance(verdict, Failed):
        return verdict.reason
    return verdict.missing if isinstance(verdict, Unproven) else one.text
