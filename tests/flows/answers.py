"""Actions for the form of a waiting request or validation: sign, inject, conclude."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from prefect.client.schemas.responses import SetStateStatus

from data.records.approval import ApprovalRequest
from data.registry.approvals import tail
from tests.flows.form_responder import FormStep, OpenForm
from tests.judged_model import V1
from tests.world import World


def signs(world: World, person: str, decision: str = "approve", **changes: Any) -> FormStep:
    """Return the action of a person who answers the latest request, with their own code by default."""
    return lambda form: form.resume(**answer(world, person, decision, **changes))


def injects(world: World, person: str, **changes: Any) -> FormStep:
    """Return the action that writes the same answer directly to the server."""
    return lambda form: form.inject(json.dumps(answer(world, person, **changes)))


def offers(world: World, person: str, then: FormStep, **changes: Any) -> FormStep:
    """Return the action that submits an answer which the server rejects, and then takes another action."""

    def step(form: OpenForm) -> None:
        assert form.offer(**answer(world, person, **changes)) == SetStateStatus.REJECT
        then(form)

    return step


def after(happens: Callable[[], object], then: FormStep) -> FormStep:
    """Return the action that first calls `happens` while the form is open, then takes another action."""

    def step(form: OpenForm) -> None:
        happens()
        then(form)

    return step


def answer(world: World, person: str, decision: str = "approve", **changes: Any) -> dict[str, Any]:
    """Return the values of an answer to the latest request."""
    values = {
        "person": person,
        "role": "approver",
        "decision": decision,
        "confirm": tail(newest_request(world).request_digest),
        "code": _code(world, person),
        "meaning": "I read the evidence",
    }
    return {**values, **changes}


def conclusion(world: World, person: str = "vera", **changes: Any) -> dict[str, Any]:
    """Return the values of a validator's conclusion."""
    values = {
        "person": person,
        "conclusion": "fit",
        "scope": "data, method and results",
        "limitations": "one year of data",
        "competence": "ten years of validation",
        "code": _code(world, person),
    }
    return {**values, **changes}


def concludes(world: World, person: str = "vera", **changes: Any) -> FormStep:
    """Return the action of a validator who concludes."""
    return lambda form: form.resume(**conclusion(world, person, **changes))


def earlier_code(world: World, person: str) -> str:
    """Return the code before the present one, still valid: for an answer that is refused, since its code is used."""
    return world.phone(person).at(world.now - timedelta(seconds=30))


def delay_reading(monkeypatch: pytest.MonkeyPatch, late: timedelta) -> None:
    """Move the clock of the process that reads answers by `late`, as if the process had started that much later."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + late

    monkeypatch.setattr("tasks.run.form_answer.datetime", Later)


def newest_request(world: World) -> ApprovalRequest:
    """Return the latest request on the version in its present state."""
    return world.find(ApprovalRequest, subject=V1)[-1]


def _code(world: World, person: str) -> str:
    known = person in ("dev", "otto", "rita", "vera", "alma", "axel", "olga", "outsider")
    return world.phone(person).at(world.now) if known else "123456"
