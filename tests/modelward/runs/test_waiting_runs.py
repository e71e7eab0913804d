"""The form of a waiting run is read off the schema that Prefect keeps."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect._internal.pydantic.v2_schema import create_v2_schema
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_paused_state
from prefect.states import Completed, Paused, Pending, Running, Scheduled

from data.errors import PrefectUnavailableError, RequestClosedError
from modelward.runs import waiting_runs
from modelward.runs.waiting_runs import Entry, Form, entries_of, stage_of, submit, waiting_form
from tasks.approve.ask_approvers import ApprovalForm
from tasks.validate.conclude_validation import ValidationForm

FORMS: dict[str, type[RunInput]] = {"an approval": ApprovalForm, "a validation": ValidationForm}


def entries(form: type[RunInput]) -> dict[str, Entry]:
    return {one.name: one for one in entries_of(create_v2_schema(form.__name__, model_base=form))}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_code_is_typed_unseen_and_nothing_else_is(form: type[RunInput]) -> None:
    assert [name for name, one in entries(form).items() if one.hidden] == ["code"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_field_is_there_under_its_title(form: type[RunInput]) -> None:
    assert {name: one.title for name, one in entries(form).items()} == {
        name: field.title for name, field in form.model_fields.items()
    }


def test_choices_and_defaults_are_those_of_the_form() -> None:
    found = entries(ApprovalForm)
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
def test_it_reads(schema: dict[str, Any], choices: tuple[str, ...]) -> None:
    (entry,) = entries_of(schema)
    assert (entry.name, entry.choices) == ("role", choices)


@flow
def asks() -> None:
    """Stands for a flow that asks somebody."""


def started() -> str:
    with get_client(sync_client=True) as client:
        return str(client.create_flow_run(asks, state=Running()).id)


def test_a_run_that_is_about_to_ask_is_waited_for(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_run_that_ended_is_not_waited_for(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, Completed(), force=True)
    monkeypatch.setattr(waiting_runs.time, "sleep", lambda _: pytest.fail("it waits"))
    with pytest.raises(RequestClosedError, match="no run waits"):
        waiting_form([run])


def test_the_newest_event_is_asked_for_right_before_prefect_takes_the_answer(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, numbers = started(), iter(range(7, 20))

    def somebody_else_was_judged(_: float) -> None:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(run, Paused(timeout_seconds=60, pause_key="answer"), force=True)

    monkeypatch.setattr(waiting_runs.time, "sleep", somebody_else_was_judged)
    assert submit(Form(run, "", ()), {}, lambda: next(numbers)) == 8


def test_what_prefect_does_not_take_is_no_answer(prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_runs, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(PrefectUnavailableError, match="Prefect did not take the answer"):
        submit(Form(started(), "", ()), {}, lambda: 0)


STAGES: dict[str, State] = {
    "queued": Scheduled(),
    "under way": Pending(),
    "waiting": Paused(timeout_seconds=60, pause_key="answer"),
    "ended": Completed(),
}


@pytest.mark.parametrize(("stage", "state"), STAGES.items(), ids=STAGES)
def test_where_a_run_is(prefect_server: None, stage: str, state: State) -> None:
    run = started()
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, state, force=True)
    assert stage_of(run) == stage


def test_a_run_that_nobody_knows_has_ended(prefect_server: None) -> None:
    assert stage_of(str(uuid4())) == "ended"
