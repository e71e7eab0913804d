"""Emergency releases: published by one person's code, ratified by others in time; attacks are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from data.errors import (
    ConflictError,
    IllegalMoveError,
    IndependenceError,
    InputError,
    InvalidNameError,
    ModelwardError,
    NotAuthorisedError,
    ProofError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment, Slot
from data.records.monitoring import Incident
from data.records.person import Role
from data.records.verdict import Failed, Judgement, Passed
from data.records.version import Version
from data.registry.command import Proof
from data.registry.commands.approval import WithdrawRequest
from data.registry.commands.deployment import EscalateIncident, RatifyDeployment, ResolveIncident
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from data.registry.commands.version import RejectVersion, RevokeVersion
from data.registry.eligible_approvers import open_request_keys
from tests.emergencies import release_command, release_opened, released, request_of
from tests.operations import MANIFEST, begin_deploy, complete_deploy, deploy, deployed, roll_back, suspend
from tests.world import MODEL, World, WorldAction

V1 = f"{MODEL}/versions/1"
FAILED = Failed(reason="no bytes", remedy="bring them")


def ratify(world: World, deployment: Deployment) -> None:
    world.decide(request_of(world, deployment), "alma")
    world.decide(request_of(world, deployment), "olga", role=Role.OWNER)


# -- the regular course -----------------------------------------------------------------------------


def test_a_release_serves_at_once_and_has_its_time_for_ratification(world: World, live: Deployment) -> None:
    assert live.reason == "the champion scores everything as late"
    assert live.ratify_by == request_of(world, live).expires_at
    assert world.get(Slot, f"{MODEL}/slots/production/champion").version == live.version
    assert world.get(Version, live.version).review_state == "assessed", "nobody approved it"
    (incident,) = world.find(Incident)
    assert (incident.kind, incident.blocking, incident.state) == ("emergency", False, "open")
    assert world.find(Deployment)[0].state == "superseded"


@pytest.mark.usefixtures("opened_release")
def test_the_event_of_a_release_has_reason_and_proof(world: World) -> None:
    event = world.events("approval.requested")[-1]
    assert event["actor"] == {"id": "otto", "auth": "totp"}
    assert event["data"]["emergency"] == "the champion scores everything as late"


def test_a_release_ratified_by_all_roles_may_serve_for_its_days(world: World, live: Deployment) -> None:
    ratify(world, live)
    request = request_of(world, live)
    assert (request.state, request.valid_until) == ("approved", world.now + timedelta(days=14))
    assert world.get(Deployment, live.key).ratified_by == "alma, olga"
    assert world.find(Incident)[0].state == "acknowledged"
    assert world.events("approval.decided")[-1]["data"]["statement"]["to"] == "ratified"
    assert world.get(Version, live.version).review_state == "assessed", "ratified is not approved"


def test_one_of_two_votes_does_not_ratify(world: World, live: Deployment) -> None:
    world.decide(request_of(world, live), "alma")
    assert world.get(Deployment, live.key).ratified_by is None


def test_a_released_version_is_approved_and_deployed_as_usual(world: World, live: Deployment) -> None:
    request = world.requested(world.validated(live.version), use="planning")
    for person in ("alma", "axel"):
        world.decide(request, person)
    again = deploy(world, world.get(ApprovalRequest, request.key), "op-9")
    assert (again.version, again.ratify_by) == (live.version, None)
    assert world.get(Deployment, live.key).state == "superseded"


def test_an_unpublished_release_may_be_repeated(world: World, opened_release: ApprovalRequest) -> None:
    second = release_opened(world, opened_release.subject)
    assert world.get(ApprovalRequest, opened_release.key).state == "withdrawn"
    assert world.get(ApprovalRequest, second.key).state == "pending"


@pytest.mark.usefixtures("live")
def test_an_unratified_release_escalates(world: World) -> None:
    (incident,) = world.find(Incident)
    world.move(days=1)
    world.do(EscalateIncident(key=incident.key, reason="nobody ratified"))
    world.do(ResolveIncident(key=incident.key, resolution="rolled back"))
    assert world.find(Incident)[0].state == "resolved"


# -- attacks --------------------------------------------------------------------------------------


def with_version(prepare: Callable[[World, str], object], **changes: Any) -> WorldAction:
    """Do `prepare` to the assessed version 1, then try to release it."""

    def attack(world: World) -> object:
        prepare(world, V1)
        return release_opened(world, V1, **changes)

    return attack


def plain(by: str = "otto", **changes: Any) -> WorldAction:
    return with_version(lambda w, v: None, by=by, **changes)


def with_verdicts(*judgements: Judgement, stage: str = "emergency", environment: str = "production") -> WorldAction:
    def attack(world: World) -> object:
        verdicts = world.judge(V1, stage, *judgements, environment=environment)
        return release_opened(world, V1, verdict_set=verdicts)

    return attack


def ending_in(hours: float) -> WorldAction:
    return lambda w: release_opened(w, V1, until=w.now + timedelta(hours=hours))


def revoked(world: World, version: str) -> None:
    request = world.requested(world.validated(version))
    for person in ("alma", "axel"):
        world.decide(request, person)
    world.do(RevokeVersion(version=version, reason="a condition is late"))


def finding(world: World, version: str) -> None:
    fields: dict[str, Any] = {"title": "no wind", "text": "in March", "owner": "dev"}
    world.do(OpenFinding(version=version, severity="low", due_at=world.now + timedelta(days=9), **fields), by="vera")


def judged_then(prepare: Callable[[World, str], object]) -> WorldAction:
    """Judge the assessed version 1 for an emergency, do `prepare`, then try to release it."""

    def attack(world: World) -> object:
        verdicts = world.judge(V1, "emergency")
        prepare(world, V1)
        return release_opened(world, V1, verdict_set=verdicts)

    return attack


def waiver_expired(world: World) -> object:
    request = RequestWaiver(version=V1, control="c", reason="soon", expires_at=world.now + timedelta(days=3))
    waiver = world.do(request).subject
    world.do(DecideWaiver(key=waiver, grant=True, reason="yes", proof=world.proof("rita")), by="rita")
    waived = Judgement(control="c", gate="findings", criterion="x", verdict=FAILED, waived_by=waiver)
    verdicts = world.judge(V1, "emergency", waived)
    world.move(days=4)
    return release_opened(world, V1, verdict_set=verdicts)


def blocked_version(world: World) -> object:
    first, second = deployed(world, "op-1"), deployed(world, "op-2")
    roll_back(world, first.version)
    return release_opened(world, second.version)


def second_time(world: World) -> object:
    return release_opened(world, released(world, V1).version)


def second_after_undone(world: World) -> object:
    released(world, V1)
    suspend(world)
    (blocking,) = [one for one in world.find(Incident) if one.blocking]
    world.move(days=3)
    world.do(EscalateIncident(key=blocking.key, reason="late"))
    resolution = ResolveIncident(key=blocking.key, resolution="corrected", proof=world.proof("olga"))
    world.do(resolution, by="olga")
    return release_opened(world, V1)


def granted_elsewhere(**scope: Any) -> WorldAction:
    def attack(world: World) -> object:
        world.grant("outsider", Role.OPERATOR, **scope)
        return release_opened(world, V1, by="outsider")

    return attack


OPENING: dict[str, tuple[WorldAction, type[ModelwardError], str]] = {
    "of a rejected version": (
        with_version(lambda w, v: w.do(RejectVersion(version=v, reason="it leaks"))), IllegalMoveError, "is rejected"
    ),
    "of a revoked version": (with_version(revoked), IllegalMoveError, "is revoked"),
    "of a version that nobody judged": (
        lambda w: release_opened(w, w.measured()),
        IllegalMoveError, "is registered and cannot be released in an emergency\n  → run `modelward validate`",
    ),
    "of a version that an incident blocks": (blocked_version, IllegalMoveError, "an open incident blocks"),
    "of a version that was released before": (second_time, IllegalMoveError, "released this way once"),
    "of a version whose release was undone": (second_after_undone, IllegalMoveError, "released this way once"),
    "with a control that is not cleared": (
        with_verdicts(Judgement(control="PRV-1", gate="provenance", criterion="artifact", verdict=FAILED)),
        IllegalMoveError, "not cleared: PRV-1",
    ),
    "on verdicts for another environment": (with_verdicts(environment="staging"), StaleEvidenceError, "not the one in"),
    "on verdicts that were not for an emergency": (with_verdicts(stage="approve"), StaleEvidenceError, "never judged"),
    "on evidence that changed": (judged_then(finding), StaleEvidenceError, "changed since it was judged"),
    "on other evidence than named": (plain(evidence_digest=MANIFEST), StaleEvidenceError, "not the one in"),
    "under another standard": (plain(standards_digest=MANIFEST), StaleEvidenceError, "not the one in"),
    "with another artifact": (plain(artifact_digest=MANIFEST), StaleEvidenceError, "not the registered artifact"),
    "on an expired waiver": (waiver_expired, StaleEvidenceError, "has expired"),
    "for a use the model is not meant for": (plain(use="pricing"), InputError, "not intended for"),
    "in an environment that cannot be": (plain(environment="../x"), InvalidNameError, "environment"),
    "with an end in the past": (ending_in(hours=-1), InputError, "must be in the future"),
    "that is too long": (ending_in(hours=721), InputError, "at most 720 hours"),
    "by somebody without the role": (plain("dev"), NotAuthorisedError, "may not release"),
    "by an approver alone": (plain("alma"), NotAuthorisedError, "may not release"),
    "by an operator of another team": (granted_elsewhere(team="rail"), NotAuthorisedError, "may not release"),
    "by an operator of another tier": (granted_elsewhere(tiers=(4,)), NotAuthorisedError, "may not release"),
    "by an operator of staging": (granted_elsewhere(environment="staging"), NotAuthorisedError, "may not release"),
    "with a guessed code": (
        lambda w: release_opened(w, V1, proof=Proof(person="otto", code="000000")), ProofError, "wrong"
    ),
}  # fmt: skip


@pytest.mark.usefixtures("assessed")
@pytest.mark.parametrize("attack", OPENING.values(), ids=OPENING)
def test_a_release_is_refused(attack: tuple[WorldAction, type[ModelwardError], str], world: World) -> None:
    act, error, words = attack
    with pytest.raises(error, match=words) as refusal:
        act(world)
    last = world.events()[-1]
    assert (last["type"], last["data"]["attempted"]) == ("command.refused", "release in emergency")
    assert (last["data"]["code"], last["rows"]) == (refusal.value.code, [])
    assert not [one for one in world.find(ApprovalRequest, purpose="release") if one.state == "pending"] or (
        "released this way once" in words
    )


Publication = Callable[[World, ApprovalRequest], object]


def begun(prepare: Publication, **changes: Any) -> Publication:
    """Return a function that does `prepare` after a release was opened, then tries to publish it."""

    def attack(world: World, request: ApprovalRequest) -> object:
        prepare(world, request)
        return begin_deploy(world, world.get(ApprovalRequest, request.key), **changes)

    return attack


def nothing(world: World, request: ApprovalRequest) -> None:
    """Do nothing."""


def other_champion(world: World, request: ApprovalRequest) -> None:
    deployed(world, "op-1")


PUBLISHING: dict[str, tuple[Publication, type[ModelwardError], str]] = {
    "in another environment": (begun(nothing, environment="staging"), IllegalMoveError, "not to deploy"),
    "in another slot": (begun(nothing, slot="shadow"), IllegalMoveError, "not to deploy"),
    "after its time": (begun(lambda w, r: w.move(hours=21)), RequestClosedError, "expired at"),
    "after it was taken back": (
        begun(lambda w, r: w.do(WithdrawRequest(key=r.key, reason="no"))), RequestClosedError, "is withdrawn"
    ),
    "after the version was rejected": (
        begun(lambda w, r: w.do(RejectVersion(version=r.subject, reason="leak"))), IllegalMoveError, "is rejected"
    ),
    "after another version became champion": (begun(other_champion), StaleEvidenceError, "was judged against"),
    "with other bytes": (begun(nothing, artifact_digest=MANIFEST), StaleEvidenceError, "the artifact of"),
    "after a finding": (begun(lambda w, r: finding(w, r.subject)), StaleEvidenceError, "the evidence of"),
}  # fmt: skip


@pytest.mark.parametrize("attack", PUBLISHING.values(), ids=PUBLISHING)
def test_the_publication_of_a_release_is_refused(
    attack: tuple[Publication, type[ModelwardError], str], world: World, opened_release: ApprovalRequest
) -> None:
    act, error, words = attack
    with pytest.raises(error, match=words):
        act(world, opened_release)
    assert [one for one in world.find(Deployment) if one.ratify_by is not None] == []


def test_a_release_that_expires_before_completion_is_not_completed(
    world: World, opened_release: ApprovalRequest
) -> None:
    begin_deploy(world, opened_release, "op-e")
    world.move(hours=21)
    with pytest.raises(RequestClosedError, match="expired at"):
        complete_deploy(world, "op-e")
    assert world.find(Deployment) == []


def voted(person: str, **changes: Any) -> Callable[[World, Deployment], object]:
    return lambda w, d: w.decide(request_of(w, d), person, **changes)


def after(prepare: Callable[[World], object], then: Callable[[World, Deployment], object]) -> Any:
    def attack(world: World, deployment: Deployment) -> object:
        prepare(world)
        return then(world, deployment)

    return attack


def otto_approves(world: World) -> None:
    world.grant("otto", Role.APPROVER)


def otto_has_a_deputy(world: World) -> None:
    world.grant("otto", Role.APPROVER)
    world.grant("outsider", Role.APPROVER, deputy_of="otto", to_at=world.now + timedelta(days=3))


RATIFYING: dict[str, tuple[Callable[[World, Deployment], object], type[ModelwardError], str]] = {
    "by the releasing person": (after(otto_approves, voted("otto")), IndependenceError, "asked for this decision"),
    "by the deputy of the releasing person": (
        after(otto_has_a_deputy, voted("outsider", deputy_of="otto")), IndependenceError, "asked for this decision"
    ),
    "by a contributor": (
        after(lambda w: w.grant("dev", Role.APPROVER), voted("dev")), IndependenceError, "dev"
    ),
    "by somebody without the role": (voted("vera"), NotAuthorisedError, "does not hold the role approver"),
    "in a role it does not require": (
        voted("rita", role=Role.RISK_ACCEPTOR), NotAuthorisedError, "does not require the role"
    ),
    "too late": (after(lambda w: w.move(hours=20), voted("alma")), RequestClosedError, "expired at"),
    "after it was suspended": (after(suspend, voted("alma")), RequestClosedError, "is withdrawn"),
    "twice": (lambda w, d: (voted("alma")(w, d), voted("alma")(w, d)), ConflictError, "a vote by or for alma"),
    "by one code alone": (
        lambda w, d: w.do(RatifyDeployment(key=d.key, proof=w.proof("alma")), by="alma"),
        IllegalMoveError, "only by votes, in the roles that its standard requires",
    ),
    "on other bytes": (voted("alma", artifact_digest=MANIFEST), StaleEvidenceError, "artifact of"),
}  # fmt: skip


@pytest.mark.parametrize("attack", RATIFYING.values(), ids=RATIFYING)
def test_a_ratification_is_refused(
    attack: tuple[Callable[[World, Deployment], object], type[ModelwardError], str], world: World, live: Deployment
) -> None:
    act, error, words = attack
    with pytest.raises(error, match=words):
        act(world, live)
    assert world.get(Deployment, live.key).ratified_by is None


ENDINGS: dict[str, tuple[Callable[[World], object], str]] = {
    "another version is deployed": (lambda w: deployed(w, "op-9"), "superseded by ops/delay v3"),
    "it is rolled back": (lambda w: roll_back(w, V1), "it drifted"),
    "it is suspended": (suspend, "it harms; fallback: the timetable"),
}


@pytest.mark.parametrize(("end", "why"), ENDINGS.values(), ids=ENDINGS)
def test_the_request_of_a_release_that_ended_is_withdrawn(
    end: Callable[[World], object], why: str, world: World, live: Deployment
) -> None:
    with world.registry.reading() as state:
        assert open_request_keys(state) == [live.request]
    end(world)
    request = request_of(world, live)
    assert (request.state, request.decided_at) == ("withdrawn", world.now)
    assert request.reason == f"the release has ended, there is nothing to ratify: {why}"
    assert world.events()[-1]["type"].startswith("deployment."), "the event that ends it withdraws the request"
    with world.registry.reading() as state:
        assert open_request_keys(state) == []


def test_a_ratified_release_that_ends_stays_ratified(world: World, live: Deployment) -> None:
    ratify(world, live)
    suspend(world)
    assert request_of(world, live).state == "approved"


@pytest.mark.usefixtures("opened_release")
def test_an_unpublished_release_is_not_open_for_votes(world: World) -> None:
    with world.registry.reading() as state:
        assert open_request_keys(state) == []


def test_a_vote_on_an_unpublished_release_is_refused(world: World, opened_release: ApprovalRequest) -> None:
    with pytest.raises(RequestClosedError, match="is not published yet"):
        world.decide(opened_release, "alma")


def test_a_passed_judgement_allows_the_release(world: World, assessed: str) -> None:
    passed = Judgement(control="PRV-1", gate="provenance", criterion="artifact", verdict=Passed(because="it is there"))
    verdicts = world.judge(assessed, "emergency", passed)
    world.do(release_command(world, assessed, verdict_set=verdicts), by="otto")
    assert world.find(ApprovalRequest, purpose="release")[0].state == "pending"
