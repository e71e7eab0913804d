"""People, and others, at the API of Prefect: what they see of a run that waits, and what they do to it.

with people(lambda form: form.resume(...), force, ...) as seen:      one step for each form that opens, in order
    deploy_model(...)
seen[1].description                                                  what stood above the second form
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
class Form:
    """A form that is open: the run that waits, under which key, and what stands above the fields."""

    client: SyncPrefectClient
    run: UUID
    key: str
    keys: dict[str, str]
    description: str
    schema: dict[str, Any]

    def resume(self, **values: Any) -> None:
        """Enter values and resume, with what the form has chosen already; Prefect may turn an answer away that comes
        within the pause's first moment."""
        values = {**preselected(self.schema), **values}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := self.client.resume_flow_run(self.run, run_input=values)).status != SetStateStatus.ACCEPT:
            assert time.monotonic() < deadline, answer.details
            time.sleep(POLL_SECONDS)

    def offer(self, **values: Any) -> SetStateStatus:
        """Enter values and resume once; whether the server took them."""
        return self.client.resume_flow_run(self.run, run_input=values).status

    def force(self) -> None:
        """Set the run to RUNNING without entering anything, as any client of the API can."""
        self.client.set_flow_run_state(self.run, Running(), force=True)

    def inject(self, value: str) -> None:
        """Write an answer past the form and force the run on, as any client of the API can."""
        self.client.create_flow_run_input(self.run, self.keys["response"], value)
        self.force()


Step = Callable[[Form], object]


class Watch:
    """Takes one step for each form that opens; what it saw, and what went wrong, stand in its lists."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.todo, self.seen = list(steps), list[Form]()
        self.problems: list[BaseException] = []
        self._stop = threading.Event()
        with get_client(sync_client=True) as client:
            self._before = {_name(one.run, one.key) for one in open_forms(client)}
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> None:
        """Nobody answers from here on."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            self._answer(set(self._before))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion of `people`
            self.problems.append(error)
            self._end_what_waits()

    def _answer(self, before: set[str]) -> None:
        with get_client(sync_client=True) as client:
            while not self._stop.wait(POLL_SECONDS):
                for form in open_forms(client, before):
                    before.add(_name(form.run, form.key))
                    self.seen.append(form)
                    step = self.todo.pop(0) if self.todo else _cancel
                    step(form)

    def _end_what_waits(self) -> None:
        """A flow whose form nobody answers would wait for its thirty days: its run is taken away."""
        with get_client(sync_client=True) as client:
            while not self._stop.wait(POLL_SECONDS):
                for form in open_forms(client, self._before):
                    _cancel(form)


@contextmanager
def people(*steps: Step) -> Iterator[list[Form]]:
    """Take one step a form while the block runs; what was seen, in order. Fails when steps and forms do not match."""
    watch = Watch(steps)
    try:
        yield watch.seen
    except Exception:
        assert not watch.problems, watch.problems
        raise
    finally:
        watch.end()
    assert not watch.problems, watch.problems
    assert not watch.todo, f"{len(watch.todo)} steps were left; forms seen: {[one.key for one in watch.seen]}"
    assert len(watch.seen) == len(steps), f"forms nobody answers: {[one.key for one in watch.seen[len(steps) :]]}"


def open_forms(client: SyncPrefectClient, but: set[str] | None = None) -> list[Form]:
    """The forms that are open now."""
    found = []
    for run in client.read_flow_runs(flow_run_filter=PAUSED):
        state = run.state
        assert state is not None
        key = str(state.state_details.pause_key)
        if _name(run.id, key) not in (but or set()):
            keys = {str(name): str(key) for name, key in keyset_from_paused_state(state).items()}
            texts = [_until(partial(read_input, client, run.id, keys[name])) for name in ("description", "schema")]
            found.append(Form(client, run.id, key, keys, *texts))
    return found


def read_input(client: SyncPrefectClient, run: UUID, key: str) -> Any:
    """What is stored with a run under a key, or None."""
    try:
        return json.loads(client.read_flow_run_input(run, key))
    except HTTPStatusError as error:
        if error.response.status_code == 404:
            return None
        raise


def _name(run: UUID, key: str) -> str:
    return f"{run}/{key}"


def _cancel(form: Form) -> None:
    """A form nobody expected: let the run end, the assertion says which it was."""
    form.client.delete_flow_run(form.run)


def _until(ask: Callable[[], Any]) -> Any:
    """What is asked for, once it is there: a run that has only just paused may not have its form yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask()) is None:
        assert time.monotonic() < deadline, f"nothing after {PATIENCE_SECONDS} s"
        time.sleep(POLL_SECONDS)
    return answer
