"""A stub for Prefect's pause: forms are answered at once, in order, and each form is recorded.

stub = PauseStub(monkeypatch, lambda: {...values...}, FlowPauseTimeout(), ...)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from prefect.input import RunInput

from tasks.run import await_people
from tests.preselected import preselected

FormValues = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class ShownForm:
    """One form: its pause key, its timeout in seconds, and the text above it."""

    key: str
    seconds: int
    description: str


class PauseStub:
    """Replaces `pause_flow_run`; an answer that is an exception is raised."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: FormValues | Exception) -> None:
        self.forms: list[ShownForm] = []
        self._answers = list(answers)
        monkeypatch.setattr(await_people, "pause_flow_run", self._pause)

    @property
    def reasons(self) -> list[str]:
        """Return the first line above each form except the first."""
        return [one.description.splitlines()[0] for one in self.forms[1:]]

    def _pause(self, wait_for_input: type[RunInput], key: str, timeout: int, poll_interval: float) -> RunInput:
        assert poll_interval == await_people.POLL_SECONDS
        self.forms.append(ShownForm(key, timeout, str(wait_for_input._description)))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return wait_for_input(**{**preselected(wait_for_input.model_json_schema()), **answer()})
