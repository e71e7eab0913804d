"""What people, and others, do with the form of a waiting request or validation."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from prefect.client.schemas.responses import SetStateStatus

from data.records.approval import ApprovalRequest
from data.registry.approvals import tail
from tests.flows.waiting_people import Form, Step
from tests.judged_model import V1
from tests.world import World


def signs(world: World, person: str, decision: str = "approve", **changes: Any) -> Step:
    """Somebody reads the newest request and answers it, under a code of their own unless `changes` says otherwise."""
    return lambda form: form.resume(**answer(world, person, decision, **changes))


def injects(world: World, person: str, **changes: Any) -> Step:
    """The same answer, written past the form."""
    return lambda form: form.inject(json.dumps(answer(world, person, **changes)))


def offers(world: World, person: str, then: Step, **changes: Any) -> Step:
    """An answer that the server itself does not take, and then another step."""

    def step(form: Form) -> None:
        assert form.offer(**answer(world, person, **changes)) == SetStateStatus.REJECT
        then(form)

    return step


def after(happens: Callable[[], object], then: Step) -> Step:
    """Something happens while the form is open; then a step."""

    def step(form: Form) -> None:
        happens()
        then(form)

    return step


def answer(world: World, person: str, decision: str = "approve", **changes: Any) -> dict[str, Any]:
    """The values of an answer to the newest request."""
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
    """The values of a validator's conclusion."""
    values = {
        "person": person,
        "conclusion": "fit",
        "scope": "data, method and results",
        "limitations": "one year of data",
        "competence": "ten years of validation",
        "code": _code(world, person),
    }
    return {**values, **changes}


def concludes(world: World, person: str = "vera", **changes: Any) -> Step:
    """A validator reads and concludes."""
    return lambda form: form.resume(**conclusion(world, person, **changes))


def read_late(monkeypatch: pytest.MonkeyPatch, late: timedelta) -> None:
    """Whatever is entered from now on, the process that reads it had this long to wait until it was started."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + late

    monkeypatch.setattr("tasks.run.form_answer.datetime", Later)


def newest_request(world: World) -> ApprovalRequest:
    """The newest request on the version, as it stands."""
    return world.find(ApprovalRequest, subject=V1)[-1]


def _code(world: World, person: str) -> str:
    known = person in ("dev", "otto", "rita", "vera", "alma", "axel", "olga", "outsider")
    return world.phone(person).at(world.now) if known else "123456"
