"""Wait for an independent validator's conclusion on the evidence shown above the form.

The form has the digest of that evidence filled in. When the evidence changes while the form is open, the version is
judged again and the validator is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from prefect.input import RunInput
from pydantic import Field, create_model

from data.errors import InputError, RefusedError
from data.queries.evidence_in_force import evidence_in_force
from data.queries.rows import required_row
from data.queries.version_snapshot import validation_snapshot
from data.records.person import Actor
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.commands.review import ConcludeValidation
from data.registry.registry import Registry
from tasks.notify.notify_approvers import notify_people
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer, OneTimeCode
from tasks.run.take_steps import PLAIN_CALLS, Steps
from views.forms.objection import Objection
from views.forms.validation_form import describe_validation

EVIDENCE: Mapping[str, Any] = {
    "title": "Digest of the evidence",
    "description": (
        "Filled in: the evidence shown above. If it has changed since, you are asked again about the new evidence."
    ),
    "max_length": 71,
}
QUESTION = "validation"
SETTLED = (ReviewState.VALIDATED, ReviewState.REJECTED, ReviewState.APPROVED)


class ValidationForm(RunInput):
    """The form fields of a validator."""

    conclusion: Literal["fit", "fit with conditions", "not fit"] = Field(
        title="Conclusion", description="“Not fit” rejects the version."
    )
    scope: str = Field(
        title="What you looked at", description="Data, method, results, code.", min_length=1, max_length=20_000
    )
    limitations: str = Field(
        title="Limitations you found",
        description="Where it should not be relied on. Approvers read this.",
        min_length=1,
        max_length=20_000,
    )
    competence: str = Field(title="What qualifies you", min_length=1, max_length=20_000)
    changes_caused: str = Field(
        default="",
        title="What changed because of your challenge",
        description="May stay empty.",
        max_length=20_000,
    )
    person: str = Field(
        title="Your id on the roster", description="One of those above who can conclude now.", max_length=128
    )
    code: OneTimeCode
    evidence: str = Field(**EVIDENCE)


def await_conclusion(
    verdicts: VerdictSet,
    days: int,
    context: RunContext,
    judge_again: Callable[[], VerdictSet],
    steps: Steps = PLAIN_CALLS,
) -> Version:
    """Notify the validators and wait until one has concluded; return the version after that.

    `judge_again` judges evidence that changed while the form was open; it raises when the version no longer passes its
    gates.
    """
    version = _current(verdicts.version)
    if version.review_state not in SETTLED:
        judged, as_of = ShownVerdicts(verdicts, judge_again), context.as_of
        question = Question(
            name=QUESTION,
            subject=version.key,
            run_id=context.run_id,
            form=lambda objection: _form(judged, objection, as_of),
            settle=lambda answer: _settle(version.key, answer, context),
            is_open=lambda: _current(version.key).review_state not in SETTLED,
            people=lambda: "a validator",
        )
        steps.take(notify_people, verdicts.key, as_of)
        ask_until_settled(question, timedelta(days=days), as_of, steps)
    return _current(version.key)


@dataclass
class ShownVerdicts:
    """The verdicts shown above a form, judged again when the evidence has changed."""

    verdicts: VerdictSet
    judge_again: Callable[[], VerdictSet]

    def fresh(self) -> VerdictSet:
        """Return the verdicts on the present evidence. Raises the errors of `judge_again`."""
        now = evidence_in_force(Registry.here(), self.verdicts.version).evidence.digest
        if now != self.verdicts.evidence_digest:
            self.verdicts = self.judge_again()
        return self.verdicts


def _current(key: str) -> Version:
    return required_row(Registry.here(), Version, key)


def _form(judged: ShownVerdicts, objection: Objection, as_of: datetime | None) -> type[RunInput]:
    verdicts, now = judged.fresh(), moment(meanwhile(as_of))
    shown = validation_snapshot(Registry.here(), verdicts.version, now)
    description = describe_validation(shown, verdicts, objection)
    read = verdicts.evidence_digest
    values: dict[str, Any] = {
        "enum": [read],
        "default": read,
    }  # no default in the model: an answer without it is invalid
    field: Any = Field(**EVIDENCE, json_schema_extra=values)
    form: type[ValidationForm] = create_model("Validation", __base__=ValidationForm, evidence=(str, field))
    return form.with_initial_data(description=description)


def _settle(version: str, answer: FormAnswer, context: RunContext) -> AnswerOutcome:
    """Record one conclusion, on the evidence that was shown above the answered form."""
    entered, registry, as_of = answer.entered, Registry.here(), meanwhile(context.as_of)
    assert isinstance(entered, ValidationForm)
    person = entered.person.strip().lower()
    try:
        values = entered.model_dump(include={"conclusion", "scope", "limitations", "competence", "changes_caused"})
        proof = answer.proof(person, entered.code)
        command = ConcludeValidation(version=version, evidence_digest=entered.evidence, proof=proof, **values)
        receipt = registry.execute(command, RunContext(Actor(id=person), as_of, context.run_id))
    except (RefusedError, InputError) as error:
        return refused(error, new_code=True)
    states = [row.review_state.value for row in receipt.rows_of(Version)]
    state = states[0] if states else "concluded"
    return AnswerOutcome(done=True, result=f"{entered.conclusion} by {person}, version {state}")
