"""Waiting for people through Prefect, in one place: suspended from a deployment, paused in process.

A resumed run proves nothing. What was typed is handed to `settle`, which asks the registry; until it says that the
question is settled, the same question is asked again under a new key with the objection on top. A key answered once
would return its old answer at once, so the attempt number is counted from what the registry recorded of this very run,
and an answer that settled nothing always leaves an event of it. What others do to the same thing does not count: the
answer that lies under a key is read, whatever happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from json import JSONDecodeError
from math import ceil

from prefect import runtime
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run, suspend_flow_run
from prefect.input import RunInput
from pydantic import ValidationError

from data.errors import ModelwardError, NestedTransactionError, RequestClosedError
from data.queries.run_progress import answers_judged
from data.records.events import EventType
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer, form_answer
from tasks.run.retry_transient import TROUBLE, retry_transient
from tasks.run.take_steps import PLAIN_CALLS, Steps, gate_key, name_step, step
from views.forms.objection import NO_OBJECTION, Objection

UNFIT = "what was entered does not fit the form"
HINTS = "the hints at the fields say what does"
LOOK = "see whether your answer stands below; if it does not, answer again"
POLL_SECONDS = 1
LONGEST_WAIT_SECONDS = 30 * 86_400
SETTLED_EVENTS = (EventType.COMMAND_REFUSED, EventType.APPROVAL_DECIDED)


@dataclass(frozen=True)
class AnswerOutcome:
    """What became of an answer: done, or to be asked again because of an objection.

    `kept` is what is remembered of it where that is not the objection itself; `in_doubt`, that there was trouble while
    it was recorded; `result`, in a few words, what the registry made of an answer that is done.
    """

    done: bool
    objection: Objection = NO_OBJECTION
    kept: str = ""
    in_doubt: bool = False
    result: str = "accepted"


@dataclass(frozen=True)
class Question:
    """What a run asks people: its name, what the registry's events about the answers are on, and the run that asks.

    `form` makes the form under an objection, `settle` hands an answer to the registry, `is_open` asks it whether
    anybody still has to answer, `people` says who is asked, like `2 approvers`, after the form was made.
    """

    name: str
    subject: str
    run_id: str
    form: Callable[[Objection], type[RunInput]]
    settle: Callable[[FormAnswer], AnswerOutcome]
    is_open: Callable[[], bool]
    people: Callable[[], str] = lambda: "people"


def ask_until_settled(
    question: Question, patience: timedelta, as_of: datetime | None, steps: Steps = PLAIN_CALLS
) -> None:
    """Ask until an answer settles it. A transient error is retried, and loses no earlier answer.

    Raises RequestClosedError when nobody answered within `patience`, and whatever `settle` raises.
    """
    objection = NO_OBJECTION
    while True:
        attempt = retry_transient(partial(_attempt, question), patience)
        form = retry_transient(partial(question.form, objection), patience)
        ends = moment(meanwhile(as_of)) + patience
        key = gate_key(question.name, attempt)
        steps.ask(ask_people, key, question.people(), ends, attempt)
        answer = _answered(key, form, question.subject, patience)
        settled = steps.take(judge_answer, question, answer, attempt)
        if settled.done or (settled.in_doubt and not retry_transient(question.is_open, patience)):
            return
        retry_transient(partial(_leave_mark, question, attempt, settled, as_of), patience)
        objection = settled.objection


def refused(error: ModelwardError) -> AnswerOutcome:
    """The answer was refused: ask again with what it says."""
    return AnswerOutcome(done=False, objection=Objection(error.what, error.remedy))


def _attempt(question: Question) -> int:
    return answers_judged(Registry.here(), question.subject, SETTLED_EVENTS, question.run_id) + 1


@step("ask people")
def ask_people(people: str, ends: datetime, attempt: int) -> None:
    """Say who is asked until when; the run waits after this step."""
    again = " again, after the answer" if attempt > 1 else ""
    name_step(f"ask {people} until {ends.day} {ends:%b}{again}")


@step("judge answer")
def judge_answer(question: Question, answer: FormAnswer | AnswerOutcome, attempt: int) -> AnswerOutcome:
    """Have the registry judge what was entered; what did not fit the form is an outcome already."""
    name_step(f"verdict on answer {attempt}", about=question.subject)
    outcome = answer if isinstance(answer, AnswerOutcome) else _settled(question, answer)
    result = outcome.result if outcome.done else "not accepted"
    name_step(f"verdict on answer {attempt}: {result}", about=question.subject)
    return outcome


def _answered(key: str, form: type[RunInput], subject: str, patience: timedelta) -> FormAnswer | AnswerOutcome:
    """Ask once; what was entered, or the outcome where it does not fit the form."""
    try:
        return _ask(key, form, subject, patience)
    except ValidationError as error:
        return _not_fitting(error, form)
    except JSONDecodeError:
        return AnswerOutcome(False, Objection(UNFIT, HINTS), kept="what was entered is not JSON")


def _settled(question: Question, answer: FormAnswer) -> AnswerOutcome:
    try:
        return question.settle(answer)
    except NestedTransactionError:
        raise
    except ValidationError as error:
        return _not_fitting(error, type(answer.entered))
    except TROUBLE as trouble:
        what = trouble.what if isinstance(trouble, ModelwardError) else str(trouble)
        remedy = f"{LOOK}; {trouble.remedy}" if isinstance(trouble, ModelwardError) else LOOK
        return AnswerOutcome(
            False, Objection(f"there was trouble while it was recorded: {what}", remedy), in_doubt=True
        )


def _not_fitting(error: ValidationError, form: type[RunInput]) -> AnswerOutcome:
    return AnswerOutcome(False, Objection(f"{UNFIT}{_where(error, form)}", HINTS), kept=_unfit(error))


def _ask(key: str, form: type[RunInput], subject: str, patience: timedelta) -> FormAnswer:
    """What was entered. Raises ValidationError or JSONDecodeError for what does not fit, RequestClosedError."""
    left = max(1, min(LONGEST_WAIT_SECONDS, ceil(patience.total_seconds())))
    try:
        if runtime.deployment.id:
            return form_answer(suspend_flow_run(wait_for_input=form, key=key, timeout=left), f"suspended-{key}")
        entered = pause_flow_run(wait_for_input=form, key=key, timeout=left, poll_interval=POLL_SECONDS)
        return form_answer(entered, f"paused-{key}")
    except FlowPauseTimeout as error:
        raise RequestClosedError(f"nobody answered on {subject} in time") from error


def _unfit(error: ValidationError) -> str:
    fields = ", ".join(sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]}))
    return f"these fields did not fit the form: {fields}"


def _where(error: ValidationError, form: type[RunInput]) -> str:
    """The fields that did not fit, by the titles that people saw, and what is wrong with each."""
    problems = {
        str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"] and one["loc"][0] in form.model_fields
    }
    titled = [f"{form.model_fields[name].title or name}: {message}" for name, message in problems.items()]
    return f" ({'; '.join(titled)})" if titled else ""


def _leave_mark(question: Question, attempt: int, settled: AnswerOutcome, as_of: datetime | None) -> None:
    """An event of this run for an answer of which the registry has none, so that its key never comes again."""
    if _attempt(question) != attempt:
        return
    reason = settled.kept or settled.objection.what
    refusal = RecordRefusal(about=question.subject, attempted="answer", code="input", reason=reason)
    Registry.here().execute(refusal, RunContext(SERVICE, meanwhile(as_of), question.run_id))
