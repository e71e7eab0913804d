"""Attack: one-time codes are read from Prefect's database, which stores what is entered in a form unencrypted.

Result: Prevented: a code counts once, and the answer is deleted when it was judged.
Caught in: `tasks/run/form_answer.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import ConnectError, HTTPStatusError, Request, Response
from prefect import runtime
from prefect.exceptions import ObjectNotFound
from prefect.input import RunInput
from pydantic import Field

from data.errors import GateRefusedError, PrefectUnavailableError, ProofError
from data.registry.commands.person import RevokePerson
from tasks.run import await_people, form_answer
from tasks.run.await_people import AnswerOutcome, Question, ask_until_settled
from tasks.run.form_answer import FormAnswer
from tests.world import World
from views.forms.objection import Objection

RUN = "0190f3c1-7b3a-7c4d-8e21-5a6b7c8d9e0f"
SUBJECT = "models/ops/delay/versions/1"


class CodeForm(RunInput):
    """A form with a code."""

    code: str = Field(title="Code")


class FakePrefect:
    """The inputs that a Prefect server stores for one run, and the failure of its next deletion."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}
        self.fails: Exception | None = None

    @contextmanager
    def asking(self, about: str) -> Iterator[FakePrefect]:
        yield self

    def filter_flow_run_input(self, run: UUID, **_: Any) -> list[Any]:
        return []

    def delete_flow_run_input(self, run: UUID, key: str) -> None:
        assert str(run) == RUN
        if self.fails is not None:
            raise self.fails
        del self.stored[key]


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> FakePrefect:
    """A server whose runs are paused; each pause stores the next code as an answer."""
    fake, codes = FakePrefect(), iter(["111111", "222222", "333333"])

    def pause(wait_for_input: type[CodeForm], key: str, **_: Any) -> CodeForm:
        code = next(codes)
        fake.stored[f"paused-{key}-response"] = code
        return wait_for_input(code=code)

    monkeypatch.setattr(await_people, "pause_flow_run", pause)
    monkeypatch.setattr(form_answer, "asking_prefect", fake.asking)
    monkeypatch.setattr(runtime.flow_run, "id", RUN, raising=False)
    monkeypatch.setattr(runtime.deployment, "id", None, raising=False)
    return fake


def ask(world: World, settle: Any) -> None:
    question = Question("code", SUBJECT, RUN, lambda objection: CodeForm, settle, lambda: True)
    ask_until_settled(question, timedelta(days=1), world.now)


def accepts(code: str) -> Any:
    """Return a judge that accepts this code only."""

    def settle(answer: FormAnswer) -> AnswerOutcome:
        assert isinstance(answer.entered, CodeForm)
        return AnswerOutcome(answer.entered.code == code, Objection("wrong"))

    return settle


def test_an_accepted_answer_is_deleted_from_prefect(world: World, prefect: FakePrefect) -> None:
    ask(world, accepts("111111"))
    assert prefect.stored == {}


def test_answers_that_were_not_accepted_are_deleted_too(world: World, prefect: FakePrefect) -> None:
    ask(world, accepts("333333"))
    assert prefect.stored == {}


def test_an_answer_is_kept_until_it_is_judged(world: World, prefect: FakePrefect) -> None:
    """A run that is killed while the answer is judged reads it again when it is started again."""
    seen: list[dict[str, str]] = []

    def settle(answer: FormAnswer) -> AnswerOutcome:
        seen.append(dict(prefect.stored))
        return AnswerOutcome(done=True)

    ask(world, settle)
    assert seen == [{"paused-gate-code-1-response": "111111"}]


def test_an_answer_that_ends_the_run_is_deleted(world: World, prefect: FakePrefect) -> None:
    def settle(answer: FormAnswer) -> AnswerOutcome:
        raise GateRefusedError("no release is allowed")

    with pytest.raises(GateRefusedError):
        ask(world, settle)
    assert prefect.stored == {}


FAILURES = {
    "the server does not answer": PrefectUnavailableError("no answer"),
    "the answer is gone": ObjectNotFound(ConnectError("404")),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failed_deletion_does_not_stop_the_run_and_is_logged_without_the_code(
    failure: Exception, world: World, prefect: FakePrefect, caplog: pytest.LogCaptureFixture
) -> None:
    prefect.fails = failure
    ask(world, accepts("111111"))
    assert "was not deleted" in caplog.text
    assert "111111" not in caplog.text


def test_a_run_that_was_forced_on_without_an_answer_has_none_to_delete(
    world: World, prefect: FakePrefect, caplog: pytest.LogCaptureFixture
) -> None:
    request = Request("DELETE", "http://127.0.0.1/")
    prefect.fails = HTTPStatusError("not found", request=request, response=Response(404, request=request))
    ask(world, accepts("111111"))
    assert "was not deleted" not in caplog.text


def test_a_used_code_that_is_read_from_prefect_is_worthless(world: World) -> None:
    proof = world.proof("adam")
    world.do(RevokePerson(person="dev", reason="left", proof=proof))
    with pytest.raises(ProofError, match="used already"):
        world.do(RevokePerson(person="otto", reason="left", proof=proof))
