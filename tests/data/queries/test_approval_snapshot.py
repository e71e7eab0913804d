"""A request as its form shows it, read in one snapshot."""

from __future__ import annotations

import pytest

from data.errors import InputError, NotFoundError
from data.queries.approval_snapshot import ApprovalSnapshot, approval_snapshot
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.person import Role
from data.records.retirement import Retirement
from data.registry.commands.person import RevokePerson
from data.registry.state import State
from tests.operations import deploy
from tests.world import MODEL, World
from views.forms.approval_form import describe_request


def test_a_pending_request_has_confirmation_eligible_people_and_missing_signatures(world: World) -> None:
    request = world.requested()
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert shown.request == request
    assert shown.confirmation == request.request_digest[-8:]
    assert [one.person for one in shown.eligible] == ["alma", "axel"]
    assert shown.missing == {Role.APPROVER: 2}
    assert [one.verdict.outcome for one in shown.judgements] == ["passed"]
    assert (shown.serving, shown.operation, shown.retirement, shown.parties) == (None, None, None, ())


def test_a_request_is_found_by_its_reference(world: World) -> None:
    request = world.requested()
    assert approval_snapshot(world.registry, "delay/1#1", world.now).request == request


def test_all_votes_and_the_counted_votes_are_read(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert [one.person for one in shown.votes] == ["alma"]
    assert shown.counted_votes == ()
    assert shown.missing == {Role.APPROVER: 2}


def test_nobody_could_sign_a_request_that_is_decided(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma", "reject", comment="no")
    shown = approval_snapshot(world.registry, request.key, world.now)
    assert (shown.request.state, shown.eligible) == ("rejected", ())


def test_the_version_in_the_slot_is_read(world: World) -> None:
    first = world.approved()
    deploy(world, first)
    request = world.requested(world.validated(world.version()))
    assert approval_snapshot(world.registry, request.key, world.now).serving == world.get(
        ApprovalRequest, request.key
    ).subject.replace("versions/2", "versions/1")


def about(world: World, purpose: str, subject: Retirement | Deployment) -> ApprovalSnapshot:
    """Return the snapshot of a request with another purpose, whose subject is written to the registry as it is."""
    with world.registry.store.transaction() as connection:
        State(connection).apply(subject)
    version = subject.subject if isinstance(subject, Retirement) else subject.version
    request = world.requested(version, about=subject.key, purpose=purpose, verdict_set=None)
    return approval_snapshot(world.registry, request.key, world.now)


def test_a_request_to_ratify_comes_with_the_operation(world: World) -> None:
    version = world.validated()
    rollback = Deployment(
        key=f"{MODEL}/deployments/1", model=MODEL, version=version, environment="production", slot="champion",
        use="planning", state="deployed", request=None, from_at=world.now, run_id="run-1", reason="it drifts",
    )  # fmt: skip
    shown = about(world, "ratify", rollback)
    assert (shown.operation, shown.retirement) == (rollback, None)
    assert shown.version.version.key == version
    text = describe_request(shown)
    assert text.startswith("### Ratify the action on ops/delay v1 in production, champion?")
    assert "| Reason for the action | “it drifts” |" in text


def test_a_request_to_retire_comes_with_the_retirement_and_its_parties(world: World) -> None:
    version = world.validated()
    retirement = Retirement(
        key=f"{version}/retirement", subject=version, model=MODEL, reason="superseded", successor=None,
        sunset_at=world.now, quiet_days=7, state="planned", opened_by="olga", opened_at=world.now,
    )  # fmt: skip
    shown = about(world, "retire", retirement)
    assert (shown.retirement, shown.operation, shown.parties) == (retirement, None, ())
    text = describe_request(shown)
    assert text.startswith("### Retire ops/delay v1?")
    assert "“superseded”" in text
    assert "Serving there now" not in text


def test_a_missing_request_raises_an_error(world: World) -> None:
    world.requested()
    with pytest.raises(NotFoundError, match="there is no approval request delay/1#9"):
        approval_snapshot(world.registry, "delay/1#9", world.now)
    with pytest.raises(InputError, match="is not a reference to an approval request"):
        approval_snapshot(world.registry, "delay", world.now)
