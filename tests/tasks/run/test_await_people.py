"""One way to wait: asked until the registry says that it is settled, never twice under one key."""

from __future__ import annotations

import json
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
    LONGEST_WAIT_SECONDS,
    LOOK,
    UNFIT,
    AnswerOutcome,
    Question,
    ask_until_settled,
    refused,
)
from tasks.run.form_answer import FormAnswer
from tests.tasks.run.waiting_room import WaitingRoom
from tests.world import World
from views.forms.objection import Objection

SUBJECT, RUN = "models/ops/delay/versions/1", "run-w"


class Word(RunInput):
    """A form of one field."""

    word: str = Field(max_length=5, title="The word")


def form(objection: Objection) -> type[RunInput]:
    return Word.with_initial_data(description=objection.what or "first")


def settle(answer: FormAnswer) -> AnswerOutcome:
    word = word_of(answer)
    return AnswerOutcome(word == "yes", Objection(f"{word} is not yes"))


def word_of(answer: FormAnswer) -> str:
    assert isinstance(answer.entered, Word)
    return answer.entered.word


def ask(world: World, patience: timedelta = timedelta(days=1), **changes: Any) -> None:
    values: dict[str, Any] = {"form": form, "settle": settle, "is_open": lambda: True}
    ask_until_settled(Question("word", SUBJECT, RUN, **{**values, **changes}), patience, world.now)


def says(word: Any) -> Any:
    return lambda: {"word": word}


def test_an_answer_that_settles_it_is_asked_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = WaitingRoom(monkeypatch, says("yes"))
    ask(world)
    assert [(one.key, one.seconds, one.description) for one in room.forms] == [("gate-word-1", 86_400, "first")]


NO_JSON = json.JSONDecodeError("no", "{", 0)
UNSETTLING = {
    "what settles nothing, though no rule refused it": (says("no"), "no is not yes"),
    "what does not fit the form": (says("longer"), f"{UNFIT} (The word: String should have at most 5 characters)"),
    "nothing at all, the run forced to go on": (dict, f"{UNFIT} (The word: Field required)"),
    "fields that the form does not have": (lambda: {"word": "yes", "sure": True}, UNFIT),
    "what is no JSON": (NO_JSON, UNFIT),
}


@pytest.mark.parametrize(("answer", "reason"), UNSETTLING.values(), ids=UNSETTLING)
def test_what_settles_nothing_leaves_an_event_and_asks_under_a_new_key(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Any, reason: str
) -> None:
    room = WaitingRoom(monkeypatch, answer, answer, says("yes"))
    ask(world)
    assert [one.key for one in room.forms] == ["gate-word-1", "gate-word-2", "gate-word-3"]
    assert room.reasons == [reason, reason]
    events = world.events("command.refused")
    assert [(one["subject"], one["actor"]) for one in events] == [(SUBJECT, {"id": "modelward", "auth": "service"})] * 2


def test_what_the_fields_held_is_not_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    WaitingRoom(monkeypatch, says("secret"), says("yes"))
    ask(world)
    (event,) = world.events("command.refused")
    assert event["data"]["reason"] == "these fields did not fit the form: word"


def test_values_that_a_command_does_not_take_are_asked_for_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = WaitingRoom(monkeypatch, says("yes"), says("no"))
    ask(world, settle=lambda answer: AnswerOutcome(Word(word=word_of(answer) * 2).word == "nono"))
    assert room.reasons == [f"{UNFIT} (The word: String should have at most 5 characters)"]


def test_nobody_came(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    WaitingRoom(monkeypatch, FlowPauseTimeout("never resumed"))
    with pytest.raises(RequestClosedError, match=f"nobody answered on {SUBJECT} in time"):
        ask(world)


PATIENCE = {
    "a part of a second counts as one, so that nothing ends early": (timedelta(seconds=2.1), 3),
    "what ran out already": (timedelta(seconds=-5), 1),
    "more than Prefect should keep": (timedelta(days=90), LONGEST_WAIT_SECONDS),
}


@pytest.mark.parametrize(("patience", "seconds"), PATIENCE.values(), ids=PATIENCE)
def test_how_long_it_waits(world: World, monkeypatch: pytest.MonkeyPatch, patience: timedelta, seconds: int) -> None:
    room = WaitingRoom(monkeypatch, says("yes"))
    ask(world, patience)
    assert room.forms[0].seconds == seconds


def test_a_refusal_says_what_to_do_next() -> None:
    assert refused(ProofError("wrong")) == AnswerOutcome(
        False, Objection("wrong", "wait for the next one-time code and enter it once")
    )


def others(world: World, run: str) -> RecordRefusal:
    """Somebody else tries something with the same thing, in a run of theirs or in none, and it is refused."""
    refusal = RecordRefusal(about=SUBJECT, attempted="decide", code="proof", reason="wrong")
    world.do(refusal, by="axel", run_id=run)
    return refusal


def test_what_others_do_to_the_same_thing_leaves_the_key_of_this_run_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspended run starts again from the top: under another key it would not find what was typed under this one."""
    for run in ("", "another"):
        others(world, run)
    room = WaitingRoom(monkeypatch, says("no"), lambda: (others(world, ""), {"word": "yes"})[1])
    ask(world)
    assert [one.key for one in room.forms] == ["gate-word-1", "gate-word-2"]
    assert world.events("command.refused")[2]["refs"] == {"run": RUN}


LOCKED = StoreLockedError("the registry is held by process 7")
TROUBLES: dict[str, tuple[Exception, str, str]] = {
    "another process holds the registry": (LOCKED, LOCKED.what, LOCKED.remedy),
    "the journal cannot be written": (JournalError("no space left"), "no space left", "free space on"),
    "the signing key cannot be read": (SigningKeyError("log.key is gone"), "log.key is gone", "restore the key"),
    "a disk fails": (OSError("input/output error"), "input/output error", LOOK),
}


@pytest.mark.parametrize(("trouble", "what", "remedy"), TROUBLES.values(), ids=TROUBLES)
def test_trouble_while_an_answer_is_recorded_is_said_and_the_question_put_again(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: Exception, what: str, remedy: str
) -> None:
    objections: list[Objection] = []
    room = WaitingRoom(monkeypatch, says("yes"), says("yes"))
    raised = [trouble]

    def troubled(answer: FormAnswer) -> AnswerOutcome:
        if raised:
            raise raised.pop()
        return settle(answer)

    ask(world, settle=troubled, form=lambda objection: (objections.append(objection), form(objection))[1])
    assert [one.key for one in room.forms] == ["gate-word-1", "gate-word-2"]
    assert objections[1].what == f"there was trouble while it was recorded: {what}"
    assert objections[1].remedy.startswith(LOOK)
    assert remedy in objections[1].remedy


def test_what_settled_it_in_spite_of_the_trouble_is_not_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal failed after the commit: the answer stands, and the journal catches up with the next command."""

    def troubled(answer: FormAnswer) -> AnswerOutcome:
        raise JournalError("no space left")

    room = WaitingRoom(monkeypatch, says("yes"))
    ask(world, settle=troubled, is_open=lambda: False)
    assert len(room.forms) == 1


def test_a_registry_that_is_held_while_it_is_asked_again_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_transient, "FIRST_PAUSE_SECONDS", 0.01)
    held = {"form": 2, "execute": 2}

    def happens(where: str) -> None:
        if held[where]:
            held[where] -= 1
            raise LOCKED

    execute = Registry.execute
    monkeypatch.setattr(Registry, "execute", lambda *a, **k: (happens("execute"), execute(*a, **k))[1])
    room = WaitingRoom(monkeypatch, says("no"), says("yes"))
    ask(world, form=lambda objection: (happens("form"), form(objection))[1])
    assert ([one.key for one in room.forms], held) == (["gate-word-1", "gate-word-2"], {"form": 0, "execute": 0})


def test_trouble_that_does_not_pass_ends_with_the_patience(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def always(objection: Objection) -> type[RunInput]:
        raise LOCKED

    WaitingRoom(monkeypatch)
    with pytest.raises(StoreLockedError):
        ask(world, timedelta(seconds=0.5), form=always)
