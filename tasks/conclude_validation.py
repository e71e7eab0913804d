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
from data.records.names import short
from data.records.person import Actor
from data.records.review import Finding, VerdictSet
from data.records.version import ReviewState, Version
from data.registry import Registry
from tasks.await_people import Settled, gate, refused
from tasks.business_time import meanwhile
from tasks.describe_request import judged_lines
from tasks.plain_text import plain

SETTLED = (ReviewState.VALIDATED, ReviewState.REJECTED, ReviewState.APPROVED)


class ValidationForm(RunInput):
    """What a validator enters."""

    person: str = Field(title="Your id on the roster", max_length=128)
    conclusion: Literal["fit", "fit with conditions", "not fit"] = Field(title="Conclusion")
    scope: str = Field(title="What you looked at", min_length=1, max_length=20_000)
    limitations: str = Field(title="Limitations you found", min_length=1, max_length=20_000)
    competence: str = Field(title="What qualifies you", min_length=1, max_length=20_000)
    changes_caused: str = Field(default="", title="What changed because of your challenge", max_length=20_000)
    code: SecretStr = Field(title="One-time code", max_length=16)


def await_conclusion(verdicts: VerdictSet, days: int, as_of: datetime | None, run_id: str) -> Version:
    """Wait until a validator has concluded; answers with the version as it stands then."""
    version = _current(verdicts.version)
    if version.review_state not in SETTLED:
        gate(
            "validation",
            version.key,
            lambda reason: _form(verdicts, reason),
            lambda answer: _settle(version.key, answer, as_of, run_id),
            timedelta(days=days),
            as_of,
        )
    return _current(version.key)


def _current(key: str) -> Version:
    with Registry.here().reading() as state:
        return state.need(Version, key)


def _form(verdicts: VerdictSet, reason: str) -> type[RunInput]:
    with Registry.here().reading() as state:
        findings = state.find(Finding, version=verdicts.version)
    lines = [f"> {plain(reason)}", ""] if reason else []
    lines += [f"**Validate {plain(short(verdicts.version))}**: is it fit for its purpose?"]
    lines += judged_lines(verdicts.judgements)
    lines += ["", *(f"- finding {one.number} ({one.severity}, {one.state}): {plain(one.title)}" for one in findings)]
    return ValidationForm.with_initial_data(description="\n".join(lines))


def _settle(version: str, answer: RunInput, as_of: datetime | None, run_id: str) -> Settled:
    assert isinstance(answer, ValidationForm)
    registry, as_of = Registry.here(), meanwhile(as_of)
    try:
        with registry.reading() as state:
            evidence = collect_evidence(state, version)
        told = answer.model_dump(include={"conclusion", "scope", "limitations", "competence", "changes_caused"})
        proof = Proof(person=answer.person, code=answer.code.get_secret_value())
        command = ConcludeValidation(version=version, evidence_digest=evidence.digest, proof=proof, **told)
        registry.execute(command, Actor(id=answer.person), as_of=as_of, run_id=run_id)
    except (RefusedError, InputError) as error:
        return refused(error)
    return Settled(done=True)
