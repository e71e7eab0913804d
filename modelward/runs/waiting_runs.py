"""Find the Prefect runs that wait for a person, and submit the person's answers to their forms.

Submitting an answer proves nothing: the run passes the answer to the registry, which judges it and records the result.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import HTTPStatusError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.exceptions import ObjectNotFound
from prefect.input.run_input import keyset_from_paused_state

from data.errors import PrefectUnavailableError, RequestClosedError
from modelward.runs.answer_tracker import RunStage

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.5
NOT_FOUND = 404


@dataclass(frozen=True)
class FormField:
    """A field of a form; `choices` is empty for free text, and the input of a `hidden` field is hidden while typed."""

    name: str
    title: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Form:
    """The form of a waiting run: a description in Markdown to read, and fields to fill in."""

    run_id: str
    description: str
    fields: tuple[FormField, ...]

    @property
    def preselected(self) -> dict[str, str]:
        """The value of each field with only one choice, as Prefect's page submits it."""
        return {one.name: one.choices[0] for one in self.fields if len(one.choices) == 1}


def waiting_form(run_ids: Iterable[str]) -> Form:
    """Return the form of the first of these runs that waits for a person.

    If none waits yet but one has not ended, wait up to PATIENCE_SECONDS. Raises RequestClosedError when none waits.
    """
    candidates = [one for one in dict.fromkeys(run_ids) if one]
    deadline = time.monotonic() + PATIENCE_SECONDS
    with get_client(sync_client=True) as client:
        while True:
            runs = [run for run_id in candidates if (run := _run(client, run_id)) is not None]
            form = next((form for run in runs if (form := _form(client, run)) is not None), None)
            if form is not None:
                return form
            if time.monotonic() > deadline or not any(map(_is_under_way, runs)):
                break
            time.sleep(PAUSE_SECONDS)
    raise RequestClosedError(
        "no run waits for this answer",
        "start the flow again (`modelward validate`, `deploy` or `retire`); if it ran on another Prefect server, "
        "first set PREFECT_API_URL to that server",
    )


def submit(form: Form, values: Mapping[str, str], newest: Callable[[], int]) -> int:
    """Resume the run with the values entered; return the result of `newest` right before Prefect accepted them.

    Raises PrefectUnavailableError when Prefect does not accept them within PATIENCE_SECONDS.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with get_client(sync_client=True) as client:
        while True:
            before = newest()
            answer = client.resume_flow_run(UUID(form.run_id), run_input=dict(values))
            if answer.status == SetStateStatus.ACCEPT:
                return before
            if time.monotonic() > deadline:
                raise PrefectUnavailableError(
                    f"Prefect did not accept the answer: {reason_of(answer)}",
                    "open the run in the Prefect UI and answer there",
                )
            time.sleep(PAUSE_SECONDS)


def reason_of(answer: OrchestrationResult[Any]) -> str:
    """Return the reason that Prefect gave for the refusal of a change of state, or the name of its status."""
    return getattr(answer.details, "reason", None) or answer.status.value.lower()


def stage_of(run_id: str) -> RunStage:
    """Return the stage of a run whose form was answered."""
    with get_client(sync_client=True) as client:
        run = _run(client, run_id)
    if run is None or run.state is None or run.state.is_final():
        return "ended"
    if run.state.is_paused():
        return "waiting"
    return "queued" if run.state.is_scheduled() else "under way"


def _run(client: SyncPrefectClient, run_id: str) -> FlowRun | None:
    try:
        return client.read_flow_run(UUID(run_id))
    except (ObjectNotFound, ValueError):
        return None


def _is_under_way(run: FlowRun) -> bool:
    """Return True if a run has not ended, and so may still show a form."""
    return run.state is not None and not run.state.is_final()


def _form(client: SyncPrefectClient, run: FlowRun) -> Form | None:
    if run.state is None or not run.state.is_paused():
        return None
    run_id = str(run.id)
    keys = keyset_from_paused_state(run.state)
    schema = _input(client, run_id, keys["schema"])
    description = _input(client, run_id, keys["description"])
    if not isinstance(schema, dict):
        return None
    return Form(run_id, str(description or ""), fields_of(schema))


def _input(client: SyncPrefectClient, run_id: str, key: str) -> Any:
    """Return what is stored with a run under a key; None if there is nothing, as with a run that has just paused."""
    try:
        return json.loads(client.read_flow_run_input(UUID(run_id), key))
    except HTTPStatusError as error:
        if error.response.status_code == NOT_FOUND:
            return None
        raise


def fields_of(schema: Mapping[str, Any]) -> tuple[FormField, ...]:
    """Return the fields of a form from its JSON schema, in their order on the form."""
    definitions = schema.get("definitions") or schema.get("$defs") or {}
    properties = sorted(schema.get("properties", {}).items(), key=lambda one: one[1].get("position", 0))
    return tuple(_form_field(name, field, definitions) for name, field in properties)


def _form_field(name: str, field: Mapping[str, Any], definitions: Mapping[str, Any]) -> FormField:
    merged = {**_referred(field, definitions), **field}
    choices = merged.get("enum") or ([merged["const"]] if "const" in merged else [])
    default = merged.get("default")
    return FormField(
        name=name,
        title=str(merged.get("title") or name),
        choices=tuple(str(one) for one in choices),
        default=None if default is None else str(default),
        hidden=merged.get("format") == "password" or bool(merged.get("writeOnly")),
    )


def _referred(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    references: Sequence[Any] = [field, *field.get("allOf", ())]
    for part in references:
        if "$ref" in part:
            return dict(definitions.get(part["$ref"].rpartition("/")[2], {}))
    return {}
