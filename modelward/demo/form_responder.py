"""Answer the forms of waiting runs through Prefect's API, as the people of the demo."""

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


class FormResponder:
    """A background thread that gives the answers in order, one to each form that opens.

    `problem` is the error that ended the thread.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = list(answers)
        self._stop = threading.Event()
        self._seen: set[str] = set()
        self.problem: Exception | None = None
        self._thread = threading.Thread(target=self._serve, name="form-responder", daemon=True)

    def open(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread. Raises the error that ended it, if any."""
        self._stop.set()
        self._thread.join()
        if self.problem is not None:
            raise self.problem

    @property
    def left(self) -> int:
        """The number of answers that no form has needed so far."""
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
        except Exception as error:  # noqa: BLE001 – close() raises it in the main thread
            self.problem = error
            _thread.interrupt_main()

    def _next(self, key: str) -> dict[str, Any]:
        if not self._answers:
            raise PrefectUnavailableError(
                f"the form {key} needs an answer, but no answer is left", "read the refusals printed before"
            )
        return self._answers.pop(0)()


@contextmanager
def answering(*answers: Answer) -> Iterator[FormResponder]:
    """Answer waiting forms in a background thread while the block runs."""
    responder = FormResponder(answers)
    responder.open()
    try:
        yield responder
    finally:
        responder.close()


def _waiting(client: Any, seen: set[str]) -> tuple[Any, str] | None:
    """Return a paused run and the key of its form, if this form is not in `seen`; None if there is none."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    paused = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))
    for run in client.read_flow_runs(flow_run_filter=paused):
        key = f"{run.id}/{run.state.state_details.pause_key}"
        if key not in seen:
            return run.id, key
    return None


def _resume(client: Any, run: Any, values: dict[str, Any]) -> None:
    """Resume a run with values. Until its form is stored, the server answers 200 with `REJECT`: then try again."""
    from prefect.client.schemas.responses import SetStateStatus

    from modelward.runs.waiting_runs import reason_of

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.resume_flow_run(run, run_input=values)
        if answer.status == SetStateStatus.ACCEPT:
            return
        if time.monotonic() > deadline:
            raise PrefectUnavailableError(
                f"Prefect did not accept the answer to run {run}: {reason_of(answer)}", "run the demo again"
            )
        time.sleep(POLL_SECONDS)
