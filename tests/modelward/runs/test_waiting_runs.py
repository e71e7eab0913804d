"""The form of a waiting run, read from the schema that Prefect stores, and the submission of its answer."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect._internal.pydantic.v2_schema import create_v2_schema
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.client.schemas.responses import (
    OrchestrationResult,
    SetStateStatus,
    StateRejectDetails,
    StateResponseDetails,
    StateWaitDetails,
)
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_paused_state
from prefect.states import Completed, Paused, Pending, Running, Scheduled

from data.errors import PrefectUnavailableError, RequestClosedError
from modelward.runs import waiting_runs
from modelward.runs.waiting_runs import Form, FormField, fields_of, reason_of, stage_of, submit, waiting_form
from tasks.approve.ask_approvers import ApprovalForm
from tasks.validate.conclude_validation import ValidationForm

FORMS: dict[str, type[RunInput]] = {"an approval": ApprovalForm, "a validation": ValidationForm}


def fields_by_name(form: type[RunInput]) -> dict[str, FormField]:
    return {one.name: one for one in fields_of(create_v2_schema(form.__name__, model_base=form))}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_only_the_input_of_the_code_is_hidden(form: type[RunInput]) -> None:
    assert [name for name, one in fields_by_name(form).items() if one.hidden] == ["code"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_field_has_its_title(form: type[RunInput]) -> None:
    assert {name: one.title for name, one in fields_by_name(form).items()} == {
        name: field.title for name, field in form.model_fields.items()
    }


def test_choices_and_defaults_are_read_from_the_form() -> None:
    found = fields_by_name(ApprovalForm)
    assert "approve with conditions" in found["decision"].choices
    assert (found["comment"].default, found["person"].default) == ("", None)


SCHEMAS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a choice by reference": (
        {"properties": {"role": {"$ref": "#/definitions/Role"}}, "definitions": {"Role": {"enum": ["a", "b"]}}},
        ("a", "b"),
    ),
    "a choice by reference inside allOf": (
        {"properties": {"role": {"allOf": [{"$ref": "#/$defs/Role"}]}}, "$defs": {"Role": {"enum": ["a"]}}},
        ("a",),
    ),
    "a single choice": ({"properties": {"role": {"const": "a"}}}, ("a",)),
    "free text": ({"properties": {"role": {"type": "string"}}}, ()),
}


@pytest.mark.parametrize(("schema", "choices"), SCHEMAS.values(), ids=SCHEMAS)
def test_the_choices_of_a_field_are_read_from(schema: dict[str, Any], choices: tuple[str, ...]) -> None:
    (field,) = fields_of(schema)
    assert (field.name, field.choices) == ("role", choices)


@flow
def asks() -> None:
    """Replace a flow that asks a person."""


def started() -> str:
    with get_client(sync_client=True) as client:
        return str(client.create_flow_run(asks, state=Running()).id)


def test_a_run_that_has_not_shown_its_form_yet_is_awaited(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started()
    paused = Paused(timeout_seconds=60, pause_key="answer")

    def meanwhile(_: float) -> None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run, paused, force=True)
            keys = keyset_from_paused_state(client.read_flow_run(run).state)
            schema = create_v2_schema("ValidationForm", model_base=ValidationForm)
            client.create_flow_run_input(run, keys["schema"], json.dumps(schema))

    monkeypatch.setattr(waiting_runs.time, "sleep", meanwhile)
    assert waiting_form([str(uuid4()), run]).run_id == run


def test_a_run_that_has_ended_is_not_awaited(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, Completed(), force=True)
    monkeypatch.setattr(waiting_runs.time, "sleep", lambda _: pytest.fail("it waits"))
    with pytest.raises(RequestClosedError, match="no run waits"):
        waiting_form([run])


def test_the_latest_event_is_read_right_before_prefect_accepts_the_answer(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, numbers = started(), iter(range(7, 20))

    def somebody_else_was_judged(_: float) -> None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run, Paused(timeout_seconds=60, pause_key="answer"), force=True)

    monkeypatch.setattr(waiting_runs.time, "sleep", somebody_else_was_judged)
    assert submit(Form(run, "", ()), {}, lambda: next(numbers)) == 8


def test_an_answer_that_prefect_does_not_accept_is_an_error(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_runs, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(PrefectUnavailableError, match="Prefect did not accept the answer: [A-Z][^=]*$") as refused:
        submit(Form(started(), "", ()), {}, lambda: 0)
    assert "details" not in refused.value.what


REFUSED: dict[str, tuple[StateResponseDetails, str]] = {
    "with a reason": (StateRejectDetails(reason="the run is not paused"), "the run is not paused"),
    "without a reason": (StateRejectDetails(), "reject"),
    "of a kind that has no reason": (StateWaitDetails(delay_seconds=3), "reject"),
}


@pytest.mark.parametrize(("details", "reason"), REFUSED.values(), ids=REFUSED)
def test_the_reason_of_prefect_is_its_text_or_its_status(details: StateResponseDetails, reason: str) -> None:
    answer = OrchestrationResult[None](state=None, status=SetStateStatus.REJECT, details=details)
    assert reason_of(answer) == reason


STAGES: dict[str, State] = {
    "queued": Scheduled(),
    "under way": Pending(),
    "waiting": Paused(timeout_seconds=60, pause_key="answer"),
    "ended": Completed(),
}


@pytest.mark.parametrize(("stage", "state"), STAGES.items(), ids=STAGES)
def test_the_stage_of_a_run_follows_its_state(prefect_server: None, stage: str, state: State) -> None:
    run = started()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, state, force=True)
    assert stage_of(run) == stage


def test_an_unknown_run_counts_as_ended(prefect_server: None) -> None:
    assert stage_of(str(uuid4())) == "ended"
