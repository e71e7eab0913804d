"""Answers the runs that wait in Prefect through its API, as the people of the demo."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from data.errors import PrefectUnavailableError

Answer = Callable[[], dict[str, Any]]
POLL_SECONDS = 0.25
PATIENCE_SECONDS = 120.0


class Desk:
    """Answers given in order, one to each form that opens; keeps what went wrong for the main thread."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = list(answers)
        self._stop = threading.Event()
        self._seen: set[str] = set()
        self.problem: Exception | None = None
        self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)

    def open(self) -> None:
        """Start looking for waiting runs."""
        self._thread.start()

    def close(self) -> None:
        """Stop; raises what went wrong at the desk."""
        self._stop.set()
        self._thread.join()
        if self.problem is not None:
            raise self.problem

    @property
    def left(self) -> int:
        """How many answers were not asked for."""
        return len(self._answers)

    def _serve(self) -> None:
        from prefect.client.orchestration import get_client

        from modelward.runs.waiting_runs import waiting_form

        try:
            with get_client(sync_client=True) as client:
                while not self._stop.is_set():
                    waiting = _waiting(client, self._seen)
                    if waiting is None:
                        time.sleep(POLL_SECONDS)
                        continue
                    run, key = waiting
                    self._seen.add(key)
                    answer = self._next(key)
                    _resume(client, run, {**waiting_form([str(run)]).preselected, **answer})
        except Exception as error:  # noqa: BLE001 – handed to the main thread by close()
            self.problem = error
            _thread.interrupt_main()

    def _next(self, key: str) -> dict[str, Any]:
        if not self._answers:
            raise PrefectUnavailableError(f"{key} asks for an answer that nobody has", "look at the refusals before it")
        return self._answers.pop(0)()


@contextmanager
def answering(*answers: Answer) -> Iterator[Desk]:
    """People at their desk for as long as the block runs."""
    desk = Desk(answers)
    desk.open()
    try:
        yield desk
    finally:
        desk.close()


def _waiting(client: Any, seen: set[str]) -> tuple[Any, str] | None:
    """A paused run and the key of its form that was not answered yet."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    paused = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))
    for run in client.read_flow_runs(flow_run_filter=paused):
        key = f"{run.id}/{run.state.state_details.pause_key}"
        if key not in seen:
            return run.id, key
    return None


def _resume(client: Any, run: Any, values: dict[str, Any]) -> None:
    """Resume a run; the server answers 200 with `REJECT` when it refuses, as it does before the form is there."""
    from prefect.client.schemas.responses import SetStateStatus

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.resume_flow_run(run, run_input=values)
        if answer.status == SetStateStatus.ACCEPT:
            return
        if time.monotonic() > deadline:
            raise PrefectUnavailableError(f"Prefect did not take the answer to run {run}: {answer.details}")
        time.sleep(POLL_SECONDS)
