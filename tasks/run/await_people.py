"""Wait for people through Prefect: a run of a deployment is suspended, a run in process is paused.

A resumed run proves nothing. The entered values are passed to `settle`, which asks the registry. Until the registry has
settled the question, it is asked again under a new key with the objection shown above the form.

A key that was answered once would return its old answer at once. The attempt number is therefore counted from the
events that the registry recorded for this run, and an answer that settles nothing always leaves an event. Events of
other runs do not count: the answer stored under a key is always read.
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
from data.queries.run_progress import count_events_of_run
from data.records.events import EventType
from data.records.names import short
from data.records.person import SERVICE
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer, forget_answer, form_answer
from tasks.run.retry_transient import TRANSIENT_ERRORS, retry_transient
from tasks.run.take_steps import PLAIN_CALLS, Steps, gate_key, name_step, repeated, step
from views.forms.objection import NO_OBJECTION, Objection

UNFIT = "the entered values do not fit the form"
FOLLOW_DESCRIPTIONS = "follow the descriptions of the form fields"
CHECK_ANSWER = "check whether your answer is shown below; if it is not, answer again"
POLL_SECONDS = 1
LONGEST_WAIT_SECONDS = 30 * 86_400
SETTLED_EVENTS = (EventType.COMMAND_REFUSED, EventType.APPROVAL_DECIDED)


@dataclass(frozen=True)
class AnswerOutcome:
    """The outcome of an answer: the question is done, or it is asked again with an objection.

    `kept` is the recorded reason, if it differs from the objection. `in_doubt` is True after an error during recording.
    `result` says in a few words what the answer changed, also if the question is asked again; empty if nothing.
    """

    done: bool
    objection: Objection = NO_OBJECTION
    kept: str = ""
    in_doubt: bool = False
    result: str = ""


@dataclass(frozen=True)
class Question:
    """A question of a run to people: its name, the key that the answers' events are about, and the run that asks.

    `form` makes the form with an objection, `settle` passes an answer to the registry, `is_open` returns True while an
    answer is needed, `people` returns who is asked, like `2 approvers`; it is called after `form`.
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
    """Ask until an answer settles the question; transient errors are retried without losing an earlier answer.

    Raises RequestClosedError when nobody answered within `patience`, and every error of `settle`.
    """
    objection = NO_OBJECTION
    while True:
        attempt = retry_transient(partial(_attempt, question), patience)
        form = retry_transient(partial(question.form, objection), patience)
        ends = moment(meanwhile(as_of)) + patience
        key = gate_key(question.name, attempt)
        steps.ask(ask_people, key, question.people(), ends, attempt)
        answer = _answered(key, form, question.subject, patience)
        try:
            settled = steps.take(judge_answer, question, answer, attempt)
        except ModelwardError:
            forget_answer(_input_key(key))  # the error ends the run, so nothing reads the answer again
            raise
        if settled.done or (settled.in_doubt and not retry_transient(question.is_open, patience)):
            forget_answer(_input_key(key))
            return
        if retry_transient(partial(_attempt, question), patience) == attempt:
            steps.take(record_unsettled, question, attempt, settled, patience, as_of)
        # Not before this event: a run that is started again until then asks under the same key, and reads the answer.
        forget_answer(_input_key(key))
        objection = settled.objection


def refused(error: ModelwardError, *, new_code: bool) -> AnswerOutcome:
    """Return the outcome that asks again with the message and remedy of the error, and for a new code if needed."""
    return AnswerOutcome(done=False, objection=Objection(error.what, error.remedy, new_code))


def _attempt(question: Question) -> int:
    return count_events_of_run(Registry.here(), question.subject, SETTLED_EVENTS, question.run_id) + 1


@step("ask people")
def ask_people(people: str, ends: datetime, attempt: int) -> None:
    """Set the name of the step to the people asked and the end of the wait; the run waits after this step."""
    again = repeated(attempt > 1)
    name_step(f"ask {people} until {ends.day} {ends:%b}{again}")


@step("judge answer")
def judge_answer(question: Question, answer: FormAnswer | AnswerOutcome, attempt: int) -> AnswerOutcome:
    """Have the registry judge the entered values; an answer that did not fit the form already has an outcome."""
    name_step(f"judge answer {attempt}", about=question.subject)
    outcome = answer if isinstance(answer, AnswerOutcome) else _settled(question, answer)
    name_step(_judged(outcome, attempt), about=question.subject)
    return outcome


@step("record refusal of answer")
def record_unsettled(
    question: Question, attempt: int, settled: AnswerOutcome, patience: timedelta, as_of: datetime | None
) -> None:
    """Record an event for an answer that the registry has no event of, so that its key is not used again."""
    name_step(f"record refusal of answer {attempt}", about=question.subject)
    reason = settled.kept or settled.objection.what
    refusal = RecordRefusal(about=question.subject, attempted="answer", code="input", reason=reason)

    def record() -> None:
        if _attempt(question) == attempt:
            Registry.here().execute(refusal, RunContext(SERVICE, meanwhile(as_of), question.run_id))

    retry_transient(record, patience)


def _judged(outcome: AnswerOutcome, attempt: int) -> str:
    """Return the name of the step that judged an answer: what the answer changed, or why it was refused."""
    if outcome.result:
        return f"record answer {attempt}: {outcome.result}"
    if outcome.done:
        return f"drop answer {attempt}: it came too late"
    return f"{'record' if outcome.in_doubt else 'refuse'} answer {attempt}: {outcome.objection.what}"


def _answered(key: str, form: type[RunInput], subject: str, patience: timedelta) -> FormAnswer | AnswerOutcome:
    """Ask once; return the entered values, or the outcome if they do not fit the form."""
    try:
        return _ask(key, form, subject, patience)
    except ValidationError as error:
        return _not_fitting(error, form)
    except JSONDecodeError:
        return AnswerOutcome(False, Objection(UNFIT, FOLLOW_DESCRIPTIONS), kept="the entered values are not JSON")


def _settled(question: Question, answer: FormAnswer) -> AnswerOutcome:
    try:
        return question.settle(answer)
    except NestedTransactionError:
        raise
    except ValidationError as error:
        return _not_fitting(error, type(answer.entered))
    except TRANSIENT_ERRORS as error:
        what = error.what if isinstance(error, ModelwardError) else str(error)
        remedy = f"{CHECK_ANSWER}; {error.remedy}" if isinstance(error, ModelwardError) else CHECK_ANSWER
        return AnswerOutcome(
            False, Objection(f"an error occurred while the answer was recorded: {what}", remedy), in_doubt=True
        )


def _not_fitting(error: ValidationError, form: type[RunInput]) -> AnswerOutcome:
    return AnswerOutcome(False, Objection(f"{UNFIT}{_where(error, form)}", FOLLOW_DESCRIPTIONS), kept=_unfit(error))


def _ask(key: str, form: type[RunInput], subject: str, patience: timedelta) -> FormAnswer:
    """Return the entered values. Raises ValidationError or JSONDecodeError if they do not fit, RequestClosedError."""
    left = max(1, min(LONGEST_WAIT_SECONDS, ceil(patience.total_seconds())))
    try:
        if runtime.deployment.id:
            return form_answer(suspend_flow_run(wait_for_input=form, key=key, timeout=left), _input_key(key))
        entered = pause_flow_run(wait_for_input=form, key=key, timeout=left, poll_interval=POLL_SECONDS)
        return form_answer(entered, _input_key(key))
    except FlowPauseTimeout as error:
        raise RequestClosedError(f"nobody answered the question about {short(subject)} in time") from error


def _input_key(key: str) -> str:
    """Return the key under which Prefect stores an answer: the name of the waiting state and the key of the pause."""
    return f"suspended-{key}" if runtime.deployment.id else f"paused-{key}"


def _unfit(error: ValidationError) -> str:
    fields = ", ".join(sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]}))
    return f"these form fields had invalid values: {fields}"


def _where(error: ValidationError, form: type[RunInput]) -> str:
    """Return the fields that did not fit, by the titles that people saw, each with its fault."""
    problems = {
        str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"] and one["loc"][0] in form.model_fields
    }
    titled = [f"{form.model_fields[name].title or name}: {message}" for name, message in problems.items()]
    return f" ({'; '.join(titled)})" if titled else ""
