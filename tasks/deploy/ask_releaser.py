"""Ask on the page of a run for the one person who answers for an emergency release, and have it opened by their code.

What stands in the parameters of the run proves nothing and nobody; the registry judges the code, the role and the rest.
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
    """What is to go live where, for what."""

    version: str
    environment: str
    slot: SlotName
    use: str


class ReleaseForm(RunInput):
    """What whoever answers for the release enters; all of it is hostile until the registry has judged it."""

    person: str = Field(
        title="Your id on the roster", description="One of those above who can release now.", max_length=128
    )
    reason: str = Field(
        title="Why it cannot wait",
        description="Who ratifies it reads this, and it stays on record.",
        min_length=1,
        max_length=2_000,
    )
    code: OneTimeCode
    until: str = Field(
        default="",
        title="Until",
        description="A day or a time in UTC, like 2026-08-15T18:00Z. Empty takes the longest that is allowed.",
        max_length=40,
    )


def opened_by(run_id: str) -> ApprovalRequest | None:
    """The release that a run has had opened already, when it comes through again from the top."""
    return release_opened_by(Registry.here(), run_id)


def ask_releaser(
    target: ReleaseTarget, run: RunContext, judge: Callable[[], VerdictSet], steps: Steps = PLAIN_CALLS
) -> str:
    """The key of the release that somebody opened by their code; one that this run had opened is answered again.

    Raises GateRefusedError where the standard allows none or a control does not hold, IllegalMoveError for a version
    that is never released so, RequestClosedError when nobody answered.
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
    """Have the release opened. What no other answer would change ends the run."""
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
        return refused(error)
    return AnswerOutcome(done=True, result="release opened")


def _reason(answer: ReleaseForm) -> str:
    if not answer.reason.strip():
        raise InputError("the reason of the release is empty", "say why it cannot wait for the approvals")
    return answer.reason.strip()


def _until(answer: ReleaseForm) -> datetime | None:
    return read_instant(answer.until.strip()) if answer.until.strip() else None
