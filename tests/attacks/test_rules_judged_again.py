"""Attack: a changed writer accepts what one of its rules about findings, waivers and reviews refuses.

Each case goes through both: the writer refuses the command, and when that one check is removed from it, the verifier
names the event.

Result: Refused by the writer, and found at the right event
Caught in: `data/registry/rules/`, and `data/audit/verifier/judges/` with `audit verify --deep`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.audit.verifier import verify
from data.errors import ModelwardError
from data.records.person import Actor
from data.records.review import Finding, Review, Severity, Waiver
from data.registry.command import Command
from data.registry.commands.review import (
    AnswerFinding,
    CompleteReview,
    DisputeFinding,
    ExpireWaiver,
    OpenFinding,
    OpenReview,
    RequestWaiver,
)
from data.registry.rules.all import RULES
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry

Patch = Callable[[pytest.MonkeyPatch], None]
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A command that a rule refuses, who gives it, how the check is removed, and what the verifier says."""

    command: Callable[[World], Command]
    by: str
    patch: Patch
    says: str


def in_context(kind: type[Command], **changes: Any) -> Patch:
    """Let the rule of a command see another person or another time than the event will have."""
    genuine = RULES[kind]

    def forged(state: Any, command: Any, context: Any) -> Any:
        return genuine(state, command, replace(context, **changes))

    return lambda patch: patch.setitem(RULES, kind, forged)


def without(name: str, value: Callable[..., object]) -> Patch:
    return lambda patch: patch.setattr(f"data.registry.rules.{name}", value)


def finding(world: World) -> str:
    return world.find(Finding)[0].key


def opened_finding(world: World, **changes: Any) -> OpenFinding:
    fields: dict[str, Any] = {
        "version": f"{MODEL}/versions/1", "severity": Severity.LOW, "title": "gap", "text": "a gap", "owner": "olga",
        "due_at": world.now + timedelta(days=30),
    }  # fmt: skip
    return OpenFinding(**(fields | changes))


def waiver(world: World, **end: float) -> RequestWaiver:
    until = world.now + timedelta(**end)
    return RequestWaiver(version=f"{MODEL}/versions/1", control="CMP-1", reason="no time", expires_at=until)


def completed(world: World) -> CompleteReview:
    return CompleteReview(key=world.find(Review)[0].key, outcome="well", proof=world.proof("outsider"))


CASES: Mapping[str, Case] = {
    "a finding that was due before it was raised": Case(
        lambda world: opened_finding(world, due_at=world.now - timedelta(days=1)), "vera",
        without("review.in_utc", lambda _: LATER), "the finding was due before it was raised",
    ),
    "a finding answered by another person": Case(
        lambda world: AnswerFinding(key=finding(world), answer="done"), "dev",
        in_context(AnswerFinding, actor=Actor(id="olga")), "dev does not own the finding",
    ),
    "an answer disputed by its owner": Case(
        lambda world: DisputeFinding(key=finding(world), reason="not done"), "olga",
        in_context(DisputeFinding, actor=Actor(id="vera")), "olga owns the finding and cannot dispute",
    ),
    "a waiver that ended before it was requested": Case(
        lambda world: waiver(world, days=-1), "dev",
        without("waiver.in_utc", lambda _: LATER), "the waiver ended before it was requested",
    ),
    "a waiver that expires before its end": Case(
        lambda world: ExpireWaiver(key=world.find(Waiver)[0].key), "dev",
        in_context(ExpireWaiver, now=LATER), "which is not the time of the event",
    ),
    "a review completed without the role": Case(
        completed, "outsider", without("review.holds_role", lambda *_, **__: True),
        "outsider held neither the role owner nor validator",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """The number of the event of each case, and what one deep verification says about it."""
    events: dict[str, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(tmp_path_factory.mktemp("rules") / "home", patch)
        with world.registry.session():
            world.assessed()
            world.do(opened_finding(world), by="vera")
            world.do(waiver(world, days=30))
            world.do(OpenReview(model=MODEL, version=f"{MODEL}/versions/1", reason="it is time", due_at=LATER))
            for name, case in CASES.items():
                with pytest.raises(ModelwardError):
                    world.do(case.command(world), by=case.by)
                with patch.context() as inner:
                    case.patch(inner)
                    events[name] = world.do(case.command(world), by=case.by).seq
    home = world.home
    report = verify(home.database, home.journal, world.registry.anchor_files, None, deep=True)
    whats = {one.seq: one.what for one in report.findings}
    return {name: (seq, whats.get(seq, "")) for name, seq in events.items()}


@pytest.mark.parametrize("name", CASES)
def test_what_the_writer_refuses_the_verifier_finds(found: dict[str, tuple[int, str]], name: str) -> None:
    assert CASES[name].says in found[name][1]
