"""One way to wait: asked until the registry says that it is settled, never twice under one key."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from prefect.exceptions import FlowPauseTimeout
from prefect.input import RunInput
from pydantic import Field

from data.errors import ProofError, RequestClosedError
from tasks.await_people import LONGEST_WAIT_SECONDS, UNFIT, Settled, gate, refused
from tests.tasks.waiting_room import WaitingRoom
from tests.world import World

SUBJECT = "models/ops/delay/versions/1"


class Word(RunInput):
    """A form of one field."""

    word: str = Field(max_length=5, title="The word")


def form(reason: str) -> type[RunInput]:
    return Word.with_initial_data(description=reason or "first")


def ask(world: World, patience: timedelta = timedelta(days=1), settled: Any = None) -> None:
    def settle(answer: RunInput) -> Settled:
        assert isinstance(answer, Word)
        return Settled(answer.word == "yes", f"{answer.word} is not yes")

    gate("word", SUBJECT, form, settled or settle, patience, world.now)


def says(word: Any) -> Any:
    return lambda: {"word": word}


def test_an_answer_that_settles_it_is_asked_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = WaitingRoom(monkeypatch, says("yes"))
    ask(world)
    assert [(one.key, one.seconds, one.description) for one in room.asked] == [("gate-word-1", 86_400, "first")]


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
    assert [one.key for one in room.asked] == ["gate-word-1", "gate-word-2", "gate-word-3"]
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
    ask(world, settled=lambda answer: Settled(Word(word=answer.word * 2).word == "nono"))
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
    assert room.asked[0].seconds == seconds


def test_a_refusal_says_what_to_do_next() -> None:
    assert refused(ProofError("wrong")) == Settled(
        False, "wrong\n  → wait for the next one-time code and enter it once"
    )
