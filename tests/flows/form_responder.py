r"""Answer, or attack, the forms of waiting runs through the API of a Prefect server.

with answering_forms(lambda form: form.resume(...), force, ...) as forms:    one action for each form, in order
    deploy_model(...)
forms[1].description                                                        the text above the second form
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from httpx import HTTPStatusError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.input.run_input import keyset_from_paused_state
from prefect.states import Running

from tests.preselected import preselected

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 60.0
PAUSED = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))


@dataclass(frozen=True)
class OpenForm:
    """An open form: the waiting run, its pause key, and the text above the form fields."""

    client: SyncPrefectClient
    run: UUID
    key: str
    keys: dict[str, str]
    description: str
    schema: dict[str, Any]

    def resume(self, **values: Any) -> None:
        """Submit values together with the preselected ones; repeated while Prefect rejects answers to a new pause."""
        values = {**preselected(self.schema), **values}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.client.resume_flow_run(self.run, run_input=values)).status != SetStateStatus.ACCEPT:
            assert time.monotonic() < deadline, answer.details
            time.sleep(POLL_SECONDS)

    def offer(self, **values: Any) -> SetStateStatus:
        """Submit values once; return whether the server accepted them."""
        return self.client.resume_flow_run(self.run, run_input=values).status

    def force(self) -> None:
        """Set the run to RUNNING without submitting anything, as any client of the API can."""
        self.client.set_flow_run_state(self.run, Running(), force=True)

    def inject(self, value: str) -> None:
        """Write an answer directly to the server and force the run on, as any client of the API can."""
        self.client.create_flow_run_input(self.run, self.keys["response"], value)
        self.force()


FormStep = Callable[[OpenForm], object]


class FormActor:
    """Takes one action for each form that opens; its lists hold the forms and the errors."""

    def __init__(self, steps: Sequence[FormStep]) -> None:
        self.todo, self.seen = list(steps), list[OpenForm]()
        self.problems: list[BaseException] = []
        self._stop = threading.Event()
        with get_client(sync_client=True) as client:
            self._before = {_name(one.run, one.key) for one in open_forms(client)}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        """Stop answering forms."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer(set(self._before))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion of `people`
            self.problems.append(error)
            self._cancel_waiting_runs()

    def _answer(self, before: set[str]) -> None:
        with get_client(sync_client=True) as client:
            while not self._stop.wait(POLL_SECONDS):
                for form in open_forms(client, before):
                    before.add(_name(form.run, form.key))
                    self.seen.append(form)
                    step = self.todo.pop(0) if self.todo else _cancel
                    step(form)

    def _cancel_waiting_runs(self) -> None:
        """Cancel every waiting run, because a form without an answer would wait for thirty days."""
        with get_client(sync_client=True) as client:
            while not self._stop.wait(POLL_SECONDS):
                for form in open_forms(client, self._before):
                    _cancel(form)


@contextmanager
def answering_forms(*steps: FormStep) -> Iterator[list[OpenForm]]:
    """Take one action for each form while the block runs, and yield the forms in order.

    Fails when the numbers of actions and forms are not equal.
    """
    responder = FormActor(steps)
    try:
        yield responder.seen
    except Exception:
        assert not responder.problems, responder.problems
        raise
    finally:
        responder.end()
    assert not responder.problems, responder.problems
    assert not responder.todo, (
        f"{len(responder.todo)} actions were not taken; forms: {[one.key for one in responder.seen]}"
    )
    assert len(responder.seen) == len(steps), (
        f"forms without an action: {[one.key for one in responder.seen[len(steps) :]]}"
    )


def open_forms(client: SyncPrefectClient, but: set[str] | None = None) -> list[OpenForm]:
    """Return the forms that are open now."""
    found = []
    for run in client.read_flow_runs(flow_run_filter=PAUSED):
        state = run.state
        assert state is not None
        key = str(state.state_details.pause_key)
        if _name(run.id, key) not in (but or set()):
            keys = {str(name): str(key) for name, key in keyset_from_paused_state(state).items()}
            texts = [_until(partial(read_input, client, run.id, keys[name])) for name in ("description", "schema")]
            found.append(OpenForm(client, run.id, key, keys, *texts))
    return found


def read_input(client: SyncPrefectClient, run: UUID, key: str) -> Any:
    """Return the value stored with a run under a key, or None."""
    try:
        return json.loads(client.read_flow_run_input(run, key))
    except HTTPStatusError as error:
        if error.response.status_code == 404:
            return None
        raise


def _name(run: UUID, key: str) -> str:
    return f"{run}/{key}"


def _cancel(form: OpenForm) -> None:
    """Delete the run of an unexpected form; the final assertion then shows the form."""
    form.client.delete_flow_run(form.run)


def _until(ask: Callable[[], Any]) -> Any:
    """Return the result of `ask` once it is not None: a run that has just paused may have no form yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()) is None:
        assert time.monotonic() < deadline, f"no result after {PATIENCE_SECONDS} s"
        time.sleep(POLL_SECONDS)
    return answer
