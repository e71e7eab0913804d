"""Ask the person who releases in an emergency, on the run's page, and open the release with their one-time code.

The parameters of the run prove nothing. The registry judges the code, the role and everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prefect.input import RunInput
from pydantic import Field

from data.errors import ArtifactError, DigestMismatchError, GateRefusedError, IllegalMoveError, InputError, RefusedError
from data.queries.release_snapshot import release_snapshot
from data.queries.serving_operations import release_opened_by, serving_facts
from data.records.approval import ApprovalRequest
from data.records.deployment import SlotName
from data.records.instant import read_instant
from data.records.names import model_of
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.registry.registry import Registry
from gates.standard import emergency_for
from tasks.deploy.open_release import open_release
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled, refused
from tasks.run.business_time import meanwhile, moment
from tasks.run.form_answer import FormAnswer, OneTimeCode
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS, Steps
from views.forms.objection import Objection
from views.forms.release_form import describe_release

PATIENCE = timedelta(hours=4)
QUESTION = "release"


@dataclass(frozen=True)
class ReleaseTarget:
    """Version, environment, slot and use of an emergency release."""

    version: str
    environment: str
    slot: SlotName
    use: str


class ReleaseForm(RunInput):
    """The form fields of the releasing person; every value is untrusted until the registry has judged it."""

    person: str = Field(
        title="Your id on the roster",
        description="The id of a person above who can release now.",
        max_length=128,
    )
    reason: str = Field(
        title="Why it cannot wait",
        description="The people who ratify the release read this, and it is recorded.",
        min_length=1,
        max_length=2_000,
    )
    code: OneTimeCode
    until: str = Field(
        default="",
        title="Until",
        description="A date or a time in UTC, as YYYY-MM-DDTHH:MMZ. If empty, the release lasts as long as is allowed.",
        max_length=40,
    )


def opened_by(run_id: str) -> ApprovalRequest | None:
    """Return the release that this run opened before it was started again, or None."""
    return release_opened_by(Registry.here(), run_id)


def ask_releaser(
    target: ReleaseTarget, run: RunContext, judge: Callable[[], VerdictSet], steps: Steps = PLAIN_CALLS
) -> str:
    """Ask until a person has opened the release; return the key of its request.

    A release that this run already opened is returned without asking. Raises GateRefusedError when the standard allows
    no emergency release or a control fails, IllegalMoveError for a version that can never be released this way,
    RequestClosedError when nobody answered.
    """
    if opened_by(run.run_id) is None:
        question = Question(
            name=QUESTION,
            subject=target.version,
            run_id=run.run_id,
            form=lambda objection: _form(target, judge(), objection, run),
            settle=lambda answer: _settle(target, answer, run),
            is_open=lambda: opened_by(run.run_id) is None,
            people=lambda: "the person who releases",
        )
        ask_until_settled(question, PATIENCE, run.as_of, steps)
    opened = opened_by(run.run_id)
    assert opened is not None
    return opened.key


def _form(target: ReleaseTarget, verdicts: VerdictSet, objection: Objection, run: RunContext) -> type[RunInput]:
    now = moment(meanwhile(run.as_of))
    registry = Registry.here()
    with registry.session():
        facts = serving_facts(registry, model_of(target.version), target.environment, target.slot)
        rule = emergency_for(in_force(facts.adopted, facts.model, verdicts.standards).first, facts.model.tier)
        place = (target.version, target.environment, target.slot)
        shown = release_snapshot(registry, *place, rule.release_roles, now)
    text = describe_release(shown, verdicts, target.use, rule, objection)
    return ReleaseForm.with_initial_data(description=text)


def _settle(target: ReleaseTarget, answer: FormAnswer, run: RunContext) -> AnswerOutcome:
    """Open the release. An error that no other answer could avoid ends the run."""
    entered = answer.entered
    assert isinstance(entered, ReleaseForm)
    proof = answer.proof(entered.person.strip().lower(), entered.code)
    at = replace(run, as_of=meanwhile(run.as_of))
    try:
        place = (target.version, target.environment, target.slot, target.use)
        open_release(*place, _reason(entered), _until(entered), proof, at)
    except (GateRefusedError, IllegalMoveError, DigestMismatchError):
        raise
    except (RefusedError, InputError, ArtifactError) as error:
        return refused(error, new_code=True)
    return AnswerOutcome(done=True, result=f"release opened by {proof.person}")


def _reason(answer: ReleaseForm) -> str:
    if not answer.reason.strip():
        raise InputError("the reason for the release is empty", "enter why it cannot wait for the approvals")
    return answer.reason.strip()


def _until(answer: ReleaseForm) -> datetime | None:
    return read_instant(answer.until.strip()) if answer.until.strip() else None
