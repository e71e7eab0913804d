"""Validations, findings and reviews: who may conclude, answer, dispute, close and complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import (
    IllegalMoveError,
    IndependenceError,
    InputError,
    ModelwardError,
    NotAuthorisedError,
    NotFoundError,
    ProofError,
    StaleEvidenceError,
)
from data.records.person import Role
from data.records.review import Finding, Review, Severity, Validation
from data.records.version import Version
from data.registry.command import Proof
from data.registry.commands.review import (
    AnswerFinding,
    CloseFinding,
    CompleteReview,
    ConcludeValidation,
    DisputeFinding,
    OpenFinding,
    OpenReview,
)
from data.registry.rules.review import validated_for
from tests.world import MODEL, Template, World, WorldAction

VERSION = f"{MODEL}/versions/1"
FINDING = f"{VERSION}/findings/1"


@pytest.fixture(scope="module")
def judged(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A world with an assessed version and a finding on it, raised by a validator and owned by dev."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(tmp_path_factory.mktemp("judged") / "home", monkeypatch)
        with world.registry.store.session():
            world.do(finding(world.assessed(), world.now), by="vera")
    return Template(world.home.root, world.now)


@pytest.fixture
def world(judged: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = judged.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def finding(version: str, now: datetime, **changes: Any) -> OpenFinding:
    fields: dict[str, Any] = {
        "severity": Severity.HIGH,
        "title": "carrier delays",
        "text": "not explained",
        "owner": "dev",
        "due_at": now + timedelta(days=14),
    }
    return OpenFinding(version=version, **{**fields, **changes})


def concluded(by: str = "vera", **changes: Any) -> WorldAction:
    def act(world: World) -> object:
        fields = {"conclusion": "fit", "scope": "all", "limitations": "one year", "competence": "ten years"}
        fields |= {"evidence_digest": world.digest(VERSION), "proof": world.proof(by), "version": VERSION}
        return world.do(ConcludeValidation.model_validate({**fields, **changes}), by=by)

    return act


def answered(world: World, by: str = "dev") -> object:
    return world.do(AnswerFinding(key=FINDING, answer="they are, see section 4"), by=by)


def closed(by: str, **proof: str) -> WorldAction:
    return lambda w: w.do(CloseFinding(key=FINDING, proof=Proof(**proof) if proof else w.proof(by)), by=by)


def disputed(by: str) -> WorldAction:
    return lambda w: w.do(DisputeFinding(key=FINDING, reason="section 4 is empty"), by=by)


def after(first: WorldAction, second: WorldAction) -> WorldAction:
    return lambda w: (first(w), second(w))


def validated_by_a_contributor(world: World) -> object:
    version = world.assessed(world.version(contributors=("dev", "Vera <VERA@example.org>")))
    return world.validated(version)


REFUSED: dict[str, tuple[WorldAction, type[ModelwardError], str]] = {
    "a conclusion by an approver": (concluded("alma"), NotAuthorisedError, "does not hold the role validator"),
    "a conclusion by the developer": (concluded("dev"), NotAuthorisedError, "does not hold the role validator"),
    "a conclusion by a developer made validator": (
        lambda w: (w.grant("dev", "validator"), concluded("dev")(w)), IndependenceError, "submitted"
    ),
    "a conclusion by a Git author": (validated_by_a_contributor, IndependenceError, "worked on"),
    "a conclusion of a deputy for a contributor": (
        lambda w: (
            w.grant("dev", "validator"),
            w.grant("outsider", "validator", deputy_of="dev", to_at=w.now + timedelta(days=3)),
            concluded("outsider")(w),
        ),
        IndependenceError, "dev submitted",
    ),
    "a conclusion with a wrong code": (concluded(proof=Proof(person="vera", code="000000")), ProofError, "wrong"),
    "a conclusion by a stranger": (concluded(proof=Proof(person="mallory", code="1")), NotAuthorisedError, "roster"),
    "a conclusion on other evidence": (concluded(evidence_digest="sha256:0"), StaleEvidenceError, "changed after"),
    "a conclusion on a missing version": (concluded(version=f"{MODEL}/versions/7"), NotFoundError, "no version"),
    "a conclusion before the verdicts": (
        lambda w: concluded(version=w.version())(w), IllegalMoveError, "has no verdicts yet"
    ),
    "a conclusion on a rejected version": (
        after(concluded(conclusion="not fit"), concluded()), IllegalMoveError, "it cannot become validated"
    ),
    "a finding with an unknown owner": (
        lambda w: w.do(finding(VERSION, w.now, owner="mallory")), NotAuthorisedError, "cannot own a finding"
    ),
    "a finding due in the past": (
        lambda w: w.do(finding(VERSION, w.now, due_at=w.now)), InputError, "must be in the future"
    ),
    "a finding of origin condition": (
        lambda w: w.do(finding(VERSION, w.now, origin="condition")), InputError, "by an approval only"
    ),
    "an answer by another person": (lambda w: answered(w, "olga"), NotAuthorisedError, "olga does not own the finding"),
    "an answer to an answered finding": (after(answered, answered), IllegalMoveError, "is answered"),
    "a dispute of an open finding": (disputed("vera"), IllegalMoveError, "is open"),
    "a dispute by its owner": (after(answered, disputed("dev")), NotAuthorisedError, "dev owns the finding"),
    "a dispute by an approver": (after(answered, disputed("alma")), NotAuthorisedError, "neither raised"),
    "closing an open finding": (closed("vera"), IllegalMoveError, "is open"),
    "closing by its owner": (after(answered, closed("dev")), NotAuthorisedError, "owns or answered the finding"),
    "closing by an approver": (after(answered, closed("alma")), NotAuthorisedError, "nor is a validator"),
    "closing with a wrong code": (after(answered, closed("vera", person="vera", code="000000")), ProofError, "wrong"),
    "closing by a contributor who raised it": (
        lambda w: (
            w.do(finding(VERSION, w.now, owner="olga"), by="dev"),
            w.do(AnswerFinding(key=f"{VERSION}/findings/2", answer="so be it"), by="olga"),
            w.do(CloseFinding(key=f"{VERSION}/findings/2", proof=w.proof("dev")), by="dev"),
        ),
        IndependenceError, "submitted",
    ),
    "closing a closed finding": (
        after(after(answered, closed("vera")), closed("vera")), IllegalMoveError, "is closed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_command_is_refused_and_recorded(case: tuple[WorldAction, type[ModelwardError], str], world: World) -> None:
    act, error, words = case
    with pytest.raises(error, match=words):
        act(world)
    assert world.events()[-1]["type"] == "command.refused"


CONCLUSIONS = {"fit": "validated", "fit with conditions": "validated", "not fit": "rejected"}


@pytest.mark.parametrize("conclusion,state", CONCLUSIONS.items(), ids=CONCLUSIONS)
def test_a_conclusion_changes_the_review_state(conclusion: str, state: str, world: World) -> None:
    concluded(conclusion=conclusion)(world)
    (row,) = world.find(Validation, version=VERSION)
    assert (row.validator, row.conclusion, row.concluded_at) == ("vera", conclusion, world.now)
    assert world.get(Version, VERSION).review_state == state
    assert world.events()[-1]["actor"] == {"id": "vera", "auth": "totp"}


def test_a_deputy_with_their_own_role_needs_no_independent_principal(world: World) -> None:
    world.grant("dev", "validator")
    world.grant("outsider", "validator")
    world.grant("outsider", "validator", deputy_of="dev", to_at=world.now + timedelta(days=3))
    concluded("outsider")(world)
    assert world.get(Version, VERSION).review_state == "validated"


def validated_by_deputy(world: World, *principals: str) -> dict[str, Any]:
    for principal in principals:
        world.grant("outsider", "validator", deputy_of=principal, to_at=world.now + timedelta(days=3))
    concluded("outsider")(world)
    data: dict[str, Any] = world.events("validation.concluded")[0]["data"]
    return data


def test_a_conclusion_records_the_person_represented_by_a_deputy(world: World) -> None:
    assert validated_by_deputy(world, "vera") == {"conclusion": "fit", "deputy_of": "vera"}
    (row,) = world.find(Validation, version=VERSION)
    with world.registry.reading() as state:
        assert (row.validator, validated_for(state, row)) == ("outsider", "vera")


def test_a_deputy_of_two_represents_the_independent_one(world: World) -> None:
    world.grant("dev", "validator")
    assert validated_by_deputy(world, "dev", "vera")["deputy_of"] == "vera"


def test_a_validator_who_holds_the_role_directly_represents_nobody(world: World) -> None:
    concluded()(world)
    assert world.events("validation.concluded")[0]["data"] == {"conclusion": "fit"}
    (row,) = world.find(Validation, version=VERSION)
    with world.registry.reading() as state:
        assert validated_for(state, row) is None


def test_a_finding_is_answered_disputed_answered_and_closed(world: World) -> None:
    states = [world.get(Finding, FINDING).state]
    for act in (answered, disputed("vera"), answered, closed("vera")):
        act(world)
        states.append(world.get(Finding, FINDING).state)
    assert states == ["open", "answered", "disputed", "answered", "closed"]
    row = world.get(Finding, FINDING)
    assert (row.answered_by, row.closed_by, row.dispute) == ("dev", "vera", "section 4 is empty")


def test_a_finding_changes_the_evidence(world: World) -> None:
    before = world.digest(VERSION)
    world.do(finding(VERSION, world.now, title="another"), by="vera")
    assert world.digest(VERSION) != before


def opened(world: World, reason: str = "a year has passed", version: str | None = None) -> str:
    due = world.now + timedelta(days=30)
    return world.do(OpenReview(model=MODEL, version=version, reason=reason, due_at=due), by="modelward").subject


def test_a_review_is_opened_once_for_a_version_and_reason(world: World) -> None:
    key = opened(world)
    assert opened(world) == key
    assert opened(world, "drift") != key
    assert opened(world, version=VERSION) != key
    assert len(world.find(Review)) == 3


def test_a_review_is_completed_by_owner_or_validator(world: World) -> None:
    key = opened(world)
    with pytest.raises(NotAuthorisedError, match="neither the role owner nor validator"):
        world.do(CompleteReview(key=key, outcome="fine", proof=world.proof("dev")))
    world.do(CompleteReview(key=key, outcome="fine", proof=world.proof("olga")))
    assert (world.get(Review, key).completed_by, world.get(Review, key).outcome) == ("olga", "fine")
    with pytest.raises(IllegalMoveError, match="completed by olga"):
        world.do(CompleteReview(key=key, outcome="fine", proof=world.proof("vera")))
    assert opened(world) != key, "the next year is another review"


def test_the_owner_of_another_model_cannot_complete_a_review(world: World) -> None:
    key = opened(world)
    world.grant("rita", Role.OWNER)
    with pytest.raises(NotAuthorisedError, match="rita holds neither the role owner nor validator"):
        world.do(CompleteReview(key=key, outcome="fine", proof=world.proof("rita")))


def test_a_review_is_about_a_version_of_its_model(world: World) -> None:
    other = world.version(world.model("models/ops/other"))
    with pytest.raises(InputError, match="not a version of ops/delay"):
        opened(world, version=other)
