"""Wait for an independent validator's conclusion, and hand it to the registry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from prefect.input import RunInput
from pydantic import Field, SecretStr

from data.command import Proof
from data.commands.review import ConcludeValidation
from data.errors import InputError, RefusedError
from data.evidence import collect_evidence
from data.records.person import Actor
from data.records.review import VerdictSet
from data.records.version import ReviewState, Version
from data.registry import Registry
from tasks.await_people import Settled, gate, refused
from tasks.business_time import meanwhile, moment
from tasks.describe_validation import describe_validation

SETTLED = (ReviewState.VALIDATED, ReviewState.REJECTED, ReviewState.APPROVED)


class ValidationForm(RunInput):
    """What a validator enters."""

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
    code: SecretStr = Field(
        title="One-time code",
        description="Six digits that your authenticator has just begun to show: they are judged seconds later.",
        max_length=16,
    )


def await_conclusion(verdicts: VerdictSet, days: int, as_of: datetime | None, run_id: str) -> Version:
    """Wait until a validator has concluded; answers with the version as it stands then."""
    version = _current(verdicts.version)
    if version.review_state not in SETTLED:
        gate(
            "validation",
            version.key,
            lambda reason: _form(verdicts, reason, as_of),
            lambda answer: _settle(version.key, answer, as_of, run_id),
            timedelta(days=days),
            as_of,
        )
    return _current(version.key)


def _current(key: str) -> Version:
    with Registry.here().reading() as state:
        return state.need(Version, key)


def _form(verdicts: VerdictSet, reason: str, as_of: datetime | None) -> type[RunInput]:
    now = moment(meanwhile(as_of))
    with Registry.here().reading() as state:
        description = describe_validation(state, verdicts, reason, now)
    return ValidationForm.with_initial_data(description=description)


def _settle(version: str, answer: RunInput, as_of: datetime | None, run_id: str) -> Settled:
    assert isinstance(answer, ValidationForm)
    registry, as_of = Registry.here(), meanwhile(as_of)
    person = answer.person.strip().lower()
    try:
        with registry.reading() as state:
            evidence = collect_evidence(state, version)
        told = answer.model_dump(include={"conclusion", "scope", "limitations", "competence", "changes_caused"})
        proof = Proof(person=person, code=answer.code.get_secret_value())
        command = ConcludeValidation(version=version, evidence_digest=evidence.digest, proof=proof, **told)
        registry.execute(command, Actor(id=person), as_of=as_of, run_id=run_id)
    except (RefusedError, InputError) as error:
        return refused(error)
    return Settled(done=True)
