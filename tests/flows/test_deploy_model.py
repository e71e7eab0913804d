"""Tests of the flow deploy_model on a real Prefect server: people answer through its API, and the registry decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from data.errors import (
    DigestMismatchError,
    GateRefusedError,
    ModelwardError,
    RequestClosedError,
    StaleEvidenceError,
)
from data.files.serving import FileTarget, SlotAddress
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Slot
from data.records.log import Standard
from data.records.review import Finding
from data.records.version import ReviewState, Version
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from flows.deploy_model import deploy_model
from tasks.run import await_people
from tests.flows.answers import after, delay_reading, earlier_code, injects, newest_request, offers, signs
from tests.flows.form_responder import FormStep, OpenForm, answering_forms
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.judged_model import USE, V1, adopt, standard_text
from tests.operations import deployed
from tests.world import MODEL, World

HOSTILE = "<script>alert(1)</script> | {{ 1+1 }}\n# \u202e**axel**"
SHOWN = r"&lt;script&gt;alert\(1\)&lt;/script&gt; \| \{\{ 1\+1 \}\}"


@pytest.fixture(autouse=True)
def poll_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a paused flow ask the server ten times a second whether it may continue."""
    monkeypatch.setattr(await_people, "POLL_SECONDS", 0.1)


def deploy(world: World) -> str:
    return deploy_model(V1, use=USE, as_of=world.now)


def test_a_version_approved_by_two_people_serves(validated: World) -> None:
    with answering_forms(signs(validated, "alma"), signs(validated, "axel")) as forms:
        deployment = validated.get(Deployment, deploy(validated))
    request = validated.get(ApprovalRequest, deployment.request or "")
    assert (deployment.state, request.state, request.requester) == ("deployed", "approved", "dev")
    assert [one.person for one in validated.find(Vote, request=request.key)] == ["alma", "axel"]
    assert validated.get(Version, V1).review_state is ReviewState.APPROVED
    published = FileTarget(validated.home).manifest(SlotAddress(MODEL))
    assert published is not None
    assert (published.version, published.use, published.run_id) == (V1, USE, deployment.run_id)
    assert request.request_digest[-8:] in forms[0].description
    assert "signed: Alma as approver: **approve**" in forms[1].description
    assert [facts(one)["Can sign now"] for one in forms] == ["alma, axel, rita", "axel, rita"]
    assert newest_artifact("gates-deploy-ops-delay").startswith(
        "### Gates: ops/delay v1, judged at stage deploy for production\n"
    )
    assert "| Alma (alma) | approver | **approve** | totp |" in newest_artifact("approval-ops-delay")
    assert "c2sp.org/tlog-proof@v1\nextra " in newest_artifact("receipt-alma-ops-delay")
    assert "| Version | ops/delay v1 |" in newest_artifact("deployment-ops-delay")
    steps = compare_graph("deploy_model", "two people approve")
    assert steps[0].endswith(" passed")
    assert [name for name in steps if "answer" in name] == [
        "record answer 1: approve by alma, request pending",
        "record answer 2: approve by axel, request approved",
    ]
    assert "judge 15 criteria again: 15 passed" in steps
    assert steps[2].startswith("ask 2 approvers until 8 Mar")


def facts(form: OpenForm) -> dict[str, str]:
    """Return the facts shown above a form, by name."""
    rows = [line[2:-2].partition(" | ") for line in form.description.splitlines() if line.startswith("| ")]
    return {name: value for name, _, value in rows}


ATTACKS: Mapping[str, tuple[Callable[[World], FormStep], str]] = {
    "the submitter": (lambda w: signs(w, "dev"), "dev asked for this decision"),
    "an author of its code in Git": (lambda w: signs(w, "otto"), "otto worked on ops/delay v1"),
    "a person without a role": (lambda w: signs(w, "outsider"), "outsider does not hold the role approver"),
    "an unknown person": (lambda w: signs(w, "mallory"), "mallory is not on the roster"),
    "a wrong code": (lambda w: signs(w, "alma", code="000000"), "the one-time code of alma is wrong"),
    "a code that was used": (lambda w: signs(w, "rita"), "this one-time code of rita was used already"),
    "another person's code": (
        lambda w: signs(w, "axel", code=w.phone("alma").at(w.now)),
        "the one-time code of axel is wrong",
    ),
    "the digest of another request": (
        lambda w: signs(w, "alma", confirm="deadbeef", code=earlier_code(w, "alma")),
        "is not the digest of the req",
    ),
    "approval with conditions but without a condition": (
        lambda w: signs(w, "alma", "approve with conditions"),
        "no condition is entered",
    ),
    "a run forced on without an answer": (lambda w: OpenForm.force, "do not fit the form"),
    "an answer written without the form": (lambda w: injects(w, "alma", code="000000"), "code of alma is wrong"),
    "a role that the form does not offer": (lambda w: injects(w, "alma", role="owner"), "do not fit the form"),
    "fields that the form does not have": (lambda w: injects(w, "alma", approved=True), "do not fit the form"),
    "an answer that is not JSON": (lambda w: lambda form: form.inject("{"), "do not fit the form"),
    "an answer that the server rejects": (
        lambda w: offers(w, "alma", signs(w, "alma", conditions="2013-06-01 correct it"), role="owner"),
        r"the decision is \`approve\`",
    ),
    "a condition without a date": (
        lambda w: signs(w, "alma", "approve with conditions", conditions="soon correct it"),
        "'soon correct it' does not begin with a date",
    ),
    "an empty meaning": (
        lambda w: signs(w, "axel", meaning=" ", code=earlier_code(w, "axel")),
        "the meaning of the signature is empty",
    ),
    "hostile text": (lambda w: signs(w, HOSTILE), SHOWN),
}


@pytest.mark.long
def test_no_attack_on_a_waiting_request_approves_it(validated: World) -> None:
    """Try one attack on each form of one run; each next form states the reason, and each attack leaves an event."""
    decide_waiver(validated, grant=False)
    attacks = [make(validated) for make, _ in ATTACKS.values()]
    before = len(validated.events())
    with answering_forms(*attacks, signs(validated, "alma"), signs(validated, "axel")) as forms:
        deploy(validated)
    assert len({one.key for one in forms}) == len(forms), "a key used twice would return its old answer"
    for (attack, (_, reason)), form in zip(ATTACKS.items(), forms[1:], strict=False):
        assert form.description.startswith("**⚠ Not accepted, please answer again:** "), attack
        assert reason in form.description.splitlines()[0], attack
        assert form.description.splitlines()[2].startswith("**What to do:** "), attack
    assert {one.person for one in validated.find(Vote)} == {"alma", "axel"}
    types = [one["type"] for one in validated.events()[before:]]
    assert types.count("command.refused") == len(ATTACKS)
    assert (types.count("approval.requested"), types.count("approval.decided")) == (1, 2)


@pytest.mark.long
def test_in_process_a_code_is_judged_by_its_time_of_submission(
    validated: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = timedelta(seconds=90)
    old = signs(validated, "alma", code=validated.phone("alma").at(validated.now - late))
    with answering_forms(old, after(lambda: delay_reading(monkeypatch, late), old), signs(validated, "axel")) as forms:
        deploy(validated)
    assert "the one-time code of alma is wrong" in forms[1].description.splitlines()[0]
    assert [one.person for one in validated.find(Vote)] == ["alma", "axel"]


def decide_waiver(world: World, grant: bool = True) -> None:
    until = world.now + timedelta(days=9)
    waiver = world.do(RequestWaiver(version=V1, control="FINDINGS-1", reason="later", expires_at=until))
    world.do(DecideWaiver(key=waiver.subject, grant=grant, reason="so", proof=world.proof("rita")), by="rita")


def open_finding(world: World, days: float = 9) -> None:
    due = world.now + timedelta(days=days)
    values = {"title": "pressure is missing", "text": "in bad weather", "owner": "dev", "due_at": due}
    world.do(OpenFinding(version=V1, severity="low", **values), by="vera")


def change_bytes(world: World, digest: str) -> None:
    path = world.artifacts.path(digest)
    path.chmod(0o600)
    path.write_bytes(b"other bytes")


def change_artifact(world: World) -> None:
    change_bytes(world, world.get(Version, V1).artifact.digest)


def change_standard(world: World) -> None:
    change_bytes(world, max(world.find(Standard), key=lambda one: one.version).digest)


def pass_a_week(world: World) -> None:
    world.move(days=8)
    adopt(world, standard_text(version=9, id="other"))


Happening = Callable[[World], object]
MEANWHILE: Mapping[str, tuple[Happening, str, type[ModelwardError], str]] = {
    "a waiver was granted": (decide_waiver, "withdrawn", StaleEvidenceError, "the evidence on"),
    "a finding was opened": (open_finding, "withdrawn", StaleEvidenceError, "the evidence on"),
    "the champion changed": (
        deployed,
        "withdrawn",
        StaleEvidenceError,
        "no version as champion; ops/delay v2 is champion now",
    ),
    "the artifact changed on disk": (change_artifact, "withdrawn", DigestMismatchError, "sha256:"),
    "the standard changed on disk": (change_standard, "withdrawn", DigestMismatchError, "sha256:"),
}


@pytest.mark.parametrize(("happens", "state", "error", "reason"), MEANWHILE.values(), ids=MEANWHILE)
def test_a_change_during_the_wait_voids_the_request(
    validated: World, happens: Happening, state: str, error: type[ModelwardError], reason: str
) -> None:
    step = after(lambda: happens(validated), signs(validated, "alma"))
    with answering_forms(step), pytest.raises(error, match=reason):
        deploy(validated)
    (request,) = validated.find(ApprovalRequest, subject=V1)
    assert request.state == state
    assert (validated.find(Vote, request=request.key), validated.find(Deployment, version=V1)) == ([], [])


def test_a_request_expires_during_the_wait(validated: World) -> None:
    step = after(lambda: pass_a_week(validated), signs(validated, "alma"))
    with answering_forms(step), pytest.raises(RequestClosedError, match="is expired: nobody completed it in time"):
        deploy(validated)
    (request,) = validated.find(ApprovalRequest, subject=V1)
    assert request.state == "expired"
    assert (validated.find(Vote, request=request.key), validated.find(Deployment, version=V1)) == ([], [])
    compare_graph("deploy_model", "the request expired before the answer")


ENDS: Mapping[str, tuple[str, str, ReviewState]] = {
    "a rejection rejects the version": ("reject", "rejected", ReviewState.REJECTED),
    "a return for changes leaves it as it was": ("return for changes", "returned", ReviewState.VALIDATED),
}


@pytest.mark.parametrize(("decision", "state", "review"), ENDS.values(), ids=ENDS)
def test_a_rejection_or_return_ends_the_run(validated: World, decision: str, state: str, review: ReviewState) -> None:
    with (
        answering_forms(signs(validated, "alma", decision, comment="not yet")),
        pytest.raises(RequestClosedError, match=f"is {state}: not yet"),
    ):
        deploy(validated)
    assert newest_request(validated).state == state
    assert compare_graph("deploy_model", "rejected")[-1] == f"record answer 1: {decision} by alma, request {state}"
    left = newest_artifact("approval-ops-delay")
    assert left.startswith(f"### Request to deploy ops/delay v1: {state}: “not yet”")
    assert (validated.get(Version, V1).review_state, validated.find(Slot)) == (review, [])


@pytest.mark.long
def test_conditions_become_findings_and_a_recusal_is_no_signature(validated: World) -> None:
    validated.grant("vera")
    conditions = "2013-06-01 watch the wind\n\n2013-07-01T12:00:00Z retrain"
    steps = [
        signs(validated, "vera", "recuse"),
        signs(validated, "alma", "approve with conditions", conditions=conditions),
        signs(validated, "axel"),
    ]
    with answering_forms(*steps):
        deploy(validated)
    found = validated.find(Finding, version=V1)
    assert [(one.text, one.origin, one.owner, one.raised_by) for one in found] == [
        ("watch the wind", "condition", "olga", "alma"),
        ("retrain", "condition", "olga", "alma"),
    ]
    assert [f"{one.due_at:%m-%d %H}" for one in found] == ["06-01 00", "07-01 12"]


def test_a_request_stays_under_the_standard_it_was_opened_with(validated: World) -> None:
    """A stricter version of the standard, adopted later, applies only to the next request."""
    adopts = lambda: adopt(validated, standard_text(version=3, approvers=3))  # noqa: E731
    with answering_forms(after(adopts, signs(validated, "alma")), signs(validated, "axel")):
        key = deploy(validated)
    assert validated.get(Deployment, key).state == "deployed"


def test_nobody_is_asked_when_a_gate_fails(validated: World) -> None:
    open_finding(validated, days=0.001)
    validated.move(days=1)
    with answering_forms(), pytest.raises(GateRefusedError, match="finding 1 .* was due"):
        deploy(validated)
    assert validated.find(ApprovalRequest) == []
    (judged,) = compare_graph("deploy_model", "a gate does not pass")
    assert "1 failed" in judged


def test_a_run_without_an_answer_withdraws_its_request(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(await_people, "LONGEST_WAIT_SECONDS", 1)
    state = deploy_model(V1, use=USE, as_of=validated.now, return_state=True)
    assert state.is_failed()
    request = newest_request(validated)
    assert (request.state, request.reason) == ("withdrawn", "nobody answered the question about ops/delay v1 in time")
    compare_graph("deploy_model", "nobody answers")


def test_an_unwritable_serving_folder_leaves_the_former_state(validated: World) -> None:
    blocked = FileTarget(validated.home).path(SlotAddress(MODEL)).parent
    blocked.parent.mkdir(parents=True, exist_ok=True)
    Path(blocked).write_text("a file where a folder should be")
    with answering_forms(signs(validated, "alma"), signs(validated, "axel")):
        state = deploy_model(V1, use=USE, as_of=validated.now, return_state=True)
    assert state.is_failed()
    assert [one["type"] for one in validated.events()[-2:]] == ["operation.begun", "operation.undone"]
    assert (validated.find(Deployment), validated.get(Version, V1).review_state) == ([], ReviewState.APPROVED)
    compare_graph("deploy_model", "the target cannot be written")
