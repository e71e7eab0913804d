"""A question is asked until the registry has settled it, and never twice under one key."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput
from pydantic import Field

from data.errors import JournalError, ProofError, RequestClosedError, SigningKeyError, StoreLockedError
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry
from tasks.run import retry_transient
from tasks.run.await_people import (
    CHECK_ANSWER,
    LONGEST_WAIT_SECONDS,
    UNFIT,
    AnswerOutcome,
    Question,
    ask_until_settled,
    judge_answer,
    refused,
)
from tasks.run.form_answer import FormAnswer
from tasks.run.take_steps import PLAIN_CALLS
from tests.tasks.run.pause_stub import PauseStub
from tests.world import World
from views.forms.objection import Objection

SUBJECT, RUN = "models/ops/delay/versions/1", "run-w"


class WordForm(RunInput):
    """A form with one field."""

    word: str = Field(max_length=5, title="The word")


def form(objection: Objection) -> type[RunInput]:
    return WordForm.with_initial_data(description=objection.what or "first")


def settle(answer: FormAnswer) -> AnswerOutcome:
    word = word_of(answer)
    return AnswerOutcome(word == "yes", Objection(f"{word} is not yes"))


def word_of(answer: FormAnswer) -> str:
    assert isinstance(answer.entered, WordForm)
    return answer.entered.word


def ask(world: World, patience: timedelta = timedelta(days=1), **changes: Any) -> None:
    values: dict[str, Any] = {"form": form, "settle": settle, "is_open": lambda: True}
    ask_until_settled(Question("word", SUBJECT, RUN, **{**values, **changes}), patience, world.now)


def says(word: Any) -> Any:
    return lambda: {"word": word}


def test_a_settling_answer_is_asked_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = PauseStub(monkeypatch, says("yes"))
    ask(world)
    assert [(one.key, one.seconds, one.description) for one in stub.forms] == [("gate-word-1", 86_400, "first")]


NO_JSON = json.JSONDecodeError("no", "{", 0)
UNSETTLING = {
    "an unsettling answer that no rule refused": (says("no"), "no is not yes"),
    "an answer that does not fit the form": (
        says("longer"),
        f"{UNFIT} (The word: String should have at most 5 characters)",
    ),
    "no answer, the run forced on": (dict, f"{UNFIT} (The word: Field required)"),
    "fields that the form does not have": (lambda: {"word": "yes", "sure": True}, UNFIT),
    "an answer that is not JSON": (NO_JSON, UNFIT),
}


@pytest.mark.parametrize(("answer", "reason"), UNSETTLING.values(), ids=UNSETTLING)
def test_an_unsettling_answer_leaves_an_event_and_asks_under_a_new_key(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Any, reason: str
) -> None:
    stub = PauseStub(monkeypatch, answer, answer, says("yes"))
    ask(world)
    assert [one.key for one in stub.forms] == ["gate-word-1", "gate-word-2", "gate-word-3"]
    assert stub.reasons == [reason, reason]
    events = world.events("command.refused")
    assert [(one["subject"], one["actor"]) for one in events] == [(SUBJECT, {"id": "modelward", "auth": "service"})] * 2


def test_entered_values_are_not_recorded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    PauseStub(monkeypatch, says("secret"), says("yes"))
    ask(world)
    (event,) = world.events("command.refused")
    assert event["data"]["reason"] == "these form fields had invalid values: word"


def test_values_that_a_command_rejects_are_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = PauseStub(monkeypatch, says("yes"), says("no"))
    ask(world, settle=lambda answer: AnswerOutcome(WordForm(word=word_of(answer) * 2).word == "nono"))
    assert stub.reasons == [f"{UNFIT} (The word: String should have at most 5 characters)"]


def test_no_answer_in_time_closes_the_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    PauseStub(monkeypatch, FlowPauseTimeout("never resumed"))
    with pytest.raises(RequestClosedError, match="nobody answered the question about .* in time"):
        ask(world)


PATIENCE = {
    "a part of a second counts as one, so that nothing ends early": (timedelta(seconds=2.1), 3),
    "no patience left": (timedelta(seconds=-5), 1),
    "more than Prefect should keep": (timedelta(days=90), LONGEST_WAIT_SECONDS),
}


@pytest.mark.parametrize(("patience", "seconds"), PATIENCE.values(), ids=PATIENCE)
def test_the_timeout_is_the_patience_within_limits(
    world: World, monkeypatch: pytest.MonkeyPatch, patience: timedelta, seconds: int
) -> None:
    stub = PauseStub(monkeypatch, says("yes"))
    ask(world, patience)
    assert stub.forms[0].seconds == seconds


@pytest.mark.parametrize("new_code", [True, False])
def test_a_refusal_shows_its_remedy_and_asks_for_a_new_code(new_code: bool) -> None:
    objection = Objection("wrong", "wait for the next one-time code and enter it once", new_code)
    assert refused(ProofError("wrong"), new_code=new_code) == AnswerOutcome(False, objection)


CHANGED = {
    "an accepted answer says what it changed": (AnswerOutcome(True, result="fit"), "record answer 1: fit"),
    "an incomplete answer says what it changed": (
        AnswerOutcome(False, Objection("2 are missing"), result="1 transition"),
        "record answer 1: 1 transition",
    ),
    "a refused answer says why": (AnswerOutcome(False, Objection("wrong code")), "refuse answer 1: wrong code"),
    "an answer that could not be recorded says why": (
        AnswerOutcome(False, Objection("the disk is full"), in_doubt=True),
        "record answer 1: the disk is full",
    ),
    "an answer to a closed question": (AnswerOutcome(True), "drop answer 1: it came too late"),
}


@pytest.mark.parametrize(("outcome", "name"), CHANGED.values(), ids=CHANGED)
def test_the_step_of_an_answer_says_what_the_answer_changed(
    outcome: AnswerOutcome, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    question = Question("word", SUBJECT, RUN, form, settle, lambda: True)
    with caplog.at_level(logging.INFO, logger="tasks.run.take_steps"):
        assert PLAIN_CALLS.take(judge_answer, question, outcome, 1) == outcome
    assert caplog.messages == [f"judge answer 1 about={SUBJECT}", f"{name} about={SUBJECT}"]


def others(world: World, run: str) -> RecordRefusal:
    """Have another person, in another run or none, try the same and be refused."""
    refusal = RecordRefusal(about=SUBJECT, attempted="decide", code="proof", reason="wrong")
    world.do(refusal, by="axel", run_id=run)
    return refusal


def test_refusals_of_others_keep_the_key_of_this_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspended run starts again from the top; under another key it would not find its stored answer."""
    for run in ("", "another"):
        others(world, run)
    stub = PauseStub(monkeypatch, says("no"), lambda: (others(world, ""), {"word": "yes"})[1])
    ask(world)
    assert [one.key for one in stub.forms] == ["gate-word-1", "gate-word-2"]
    assert world.events("command.refused")[2]["refs"] == {"run": RUN}


LOCKED = StoreLockedError("the registry is held by process 7")
TROUBLES: dict[str, tuple[Exception, str, str]] = {
    "the registry is locked by another process": (LOCKED, LOCKED.what, LOCKED.remedy),
    "the journal cannot be written": (JournalError("no space left"), "no space left", "free disk space"),
    "the signing key cannot be read": (SigningKeyError("log.key is gone"), "log.key is gone", "restore the key"),
    "a disk fails": (OSError("input/output error"), "input/output error", CHECK_ANSWER),
}


@pytest.mark.parametrize(("trouble", "what", "remedy"), TROUBLES.values(), ids=TROUBLES)
def test_an_error_while_recording_an_answer_asks_again(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: Exception, what: str, remedy: str
) -> None:
    objections: list[Objection] = []
    stub = PauseStub(monkeypatch, says("yes"), says("yes"))
    raised = [trouble]

    def troubled(answer: FormAnswer) -> AnswerOutcome:
        if raised:
            raise raised.pop()
        return settle(answer)

    ask(world, settle=troubled, form=lambda objection: (objections.append(objection), form(objection))[1])
    assert [one.key for one in stub.forms] == ["gate-word-1", "gate-word-2"]
    assert objections[1].what == f"an error occurred while the answer was recorded: {what}"
    assert objections[1].remedy.startswith(CHECK_ANSWER)
    assert remedy in objections[1].remedy


def test_an_answer_committed_despite_an_error_is_not_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal fails after the commit: the answer is recorded, and the next command completes the journal."""

    def troubled(answer: FormAnswer) -> AnswerOutcome:
        raise JournalError("no space left")

    stub = PauseStub(monkeypatch, says("yes"))
    ask(world, settle=troubled, is_open=lambda: False)
    assert len(stub.forms) == 1


def test_a_locked_registry_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_transient, "FIRST_PAUSE_SECONDS", 0.01)
    held = {"form": 2, "execute": 2}

    def happens(where: str) -> None:
        if held[where]:
            held[where] -= 1
            raise LOCKED

    execute = Registry.execute
    monkeypatch.setattr(Registry, "execute", lambda *a, **k: (happens("execute"), execute(*a, **k))[1])
    stub = PauseStub(monkeypatch, says("no"), says("yes"))
    ask(world, form=lambda objection: (happens("form"), form(objection))[1])
    assert ([one.key for one in stub.forms], held) == (["gate-word-1", "gate-word-2"], {"form": 0, "execute": 0})


def test_a_lasting_error_is_raised_when_patience_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def always(objection: Objection) -> type[RunInput]:
        raise LOCKED

    PauseStub(monkeypatch)
    with pytest.raises(StoreLockedError):
        ask(world, timedelta(seconds=0.5), form=always)
