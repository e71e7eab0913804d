"""Attack: a changed writer accepts what one of its rules about findings, waivers and reviews refuses.

Each case goes through both: the writer refuses the command, and when that one check is removed from it, the verifier
names the event.

Result: Refused by the writer, and found at the right event
Caught in: `data/registry/rules/`, and `data/audit/verifier/judges/` with `audit verify --deep`
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from data.records.model import Model
from data.records.person import Actor, Role
from data.records.review import Finding, Review, Severity, Waiver
from data.registry.commands.model import RegisterModel
from data.registry.commands.review import (
    AnswerFinding,
    CompleteReview,
    ConcludeValidation,
    DisputeFinding,
    ExpireWaiver,
    OpenFinding,
    OpenReview,
    RequestWaiver,
)
from tests.judged_rules import LATER, BypassedRule, in_context, judged_after, without
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry


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


def completed_by_another_owner(world: World) -> CompleteReview:
    return CompleteReview(key=world.find(Review)[1].key, outcome="well", proof=world.proof("rita"))


def owned(world: World, owner: str, **changes: Any) -> RegisterModel:
    return RegisterModel.of(world.get(Model, MODEL)).model_copy(update={"owner": owner, **changes})


def validation_of_partly_known(world: World) -> ConcludeValidation:
    version = f"{MODEL}/versions/2"
    return ConcludeValidation(
        version=version, conclusion="fit", scope="all of it", limitations="one year", competence="ten years",
        evidence_digest=world.digest(version), proof=world.proof("vera"),
    )  # fmt: skip


CASES: Mapping[str, BypassedRule] = {
    "a finding that was due before it was raised": BypassedRule(
        lambda world: opened_finding(world, due_at=world.now - timedelta(days=1)), "vera",
        without("review.in_utc", lambda _: LATER), "the finding was due before it was raised",
    ),
    "a finding answered by another person": BypassedRule(
        lambda world: AnswerFinding(key=finding(world), answer="done"), "dev",
        in_context(AnswerFinding, actor=Actor(id="olga")), "dev does not own the finding",
    ),
    "an answer disputed by its owner": BypassedRule(
        lambda world: DisputeFinding(key=finding(world), reason="not done"), "olga",
        in_context(DisputeFinding, actor=Actor(id="vera")), "olga owns the finding and cannot dispute",
    ),
    "a waiver that ended before it was requested": BypassedRule(
        lambda world: waiver(world, days=-1), "dev",
        without("waiver.in_utc", lambda _: LATER), "the waiver ended before it was requested",
    ),
    "a waiver that expires before its end": BypassedRule(
        lambda world: ExpireWaiver(key=world.find(Waiver)[0].key), "dev",
        in_context(ExpireWaiver, now=LATER), "which is not the time of the event",
    ),
    "a validation of a version of which only some authors are known": BypassedRule(
        validation_of_partly_known, "vera", without("review.require_independent", lambda *_: None),
        "only some contributors of models/ops/delay/versions/2 are known",
    ),
    "a review completed without the role": BypassedRule(
        completed, "outsider", without("review.grants_for", lambda *_, **__: [True]),
        "outsider held neither the role owner nor validator",
    ),
    "a review completed by the owner of another model": BypassedRule(
        completed_by_another_owner, "rita", without("review.grants_for", lambda *_, **__: [True]),
        "rita held neither the role owner nor validator",
    ),
    "a model of an owner who is not on the roster": BypassedRule(
        lambda world: owned(world, "olgaa", model="models/ops/other"), "dev",
        without("model._check_owner"), "olgaa was not active on the roster",
    ),
    "a change of owner that nobody confirmed": BypassedRule(
        lambda world: owned(world, "outsider"), "dev",
        without("model._check_owner"), "another owner needs a one-time code",
    ),
    "a change of owner that another person confirmed": BypassedRule(
        lambda world: owned(world, "olga", proof=world.proof("dev")), "dev",
        without("model._check_owner"), "dev is neither the former owner nor olga nor an administrator",
    ),
}  # fmt: skip


def prepare(world: World) -> None:
    """An assessed version with a finding, a requested waiver and an open review, and one of partly known authors."""
    world.assessed()
    world.assessed(world.version(provenance={"contributors": "claimed"}))
    world.do(opened_finding(world), by="vera")
    world.do(waiver(world, days=30))
    for reason in ("it is time", "it is asked for"):
        world.do(OpenReview(model=MODEL, version=f"{MODEL}/versions/1", reason=reason, due_at=LATER))
    world.grant("rita", Role.OWNER)


@pytest.fixture(scope="module")
def found(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one deep verification says about the event of each case."""
    return judged_after(prepare, CASES, founded, tmp_path_factory.mktemp("rules"))


@pytest.mark.parametrize("name", CASES)
def test_what_the_writer_refuses_the_verifier_finds(found: dict[str, str], name: str) -> None:
    assert CASES[name].says in found[name]
