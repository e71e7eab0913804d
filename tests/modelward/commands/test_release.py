"""An emergency release on the command line: one code publishes it, and two other people ratify it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import PublishError
from data.files.serving import FileTarget, SlotAddress
from data.notices.outbox import Outbox
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.registry.commands.person import RevokePerson
from tests.emergency_model import V2, with_emergency_rule
from tests.modelward.commands.conftest import ProvenCaller
from tests.modelward.conftest import Cli, CliResult
from tests.world import MODEL, World

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def world(validated: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.delenv("MODELWARD_ACTOR")
    return with_emergency_rule(validated)


def serving(world: World) -> str | None:
    found = FileTarget(world.home).manifest(SlotAddress(MODEL))
    return found.version if found is not None else None


def test_a_release_serves_at_once_and_two_people_ratify_it(world: World, cli: Cli, proven: ProvenCaller) -> None:
    def released(person: str, *more: str) -> CliResult:
        options, typed = proven(person)
        return cli("release", "delay/2", "--reason", "all scores are 1", *more, *options, typed=typed)

    def ratified(person: str, *more: str) -> CliResult:
        options, typed = proven(person)
        return cli("ratify", "delay", *more, *options, typed=typed)

    assert (released("dev").code, released("otto", "--until", "2013-12-31").code) == (1, 2)
    assert serving(world) is None or serving(world) != V2
    result = released("otto")
    assert (result.code, serving(world)) == (0, V2)
    assert "the release was opened by otto; it ends on" in result.err
    assert "another person must ratify it by" in result.out

    request = world.find(ApprovalRequest, purpose="release")[-1]
    unsure = ratified("alma")
    assert (unsure.code, "add --confirm" in unsure.err) == (2, True)
    assert ratified("otto", "--confirm", request.request_digest[-8:]).code == 1
    first = ratified("alma", "--confirm", request.request_digest[-8:])
    assert (first.code, "still needs 1 × owner" in first.out) == (0, True), first.err
    assert "is ratified" in ratified("olga", "--confirm", request.request_digest[-8:]).out
    assert world.find(Deployment)[-1].ratified_by == "alma, olga"

    again = released("otto")
    assert (again.code, "released this way once" in again.err) == (1, True)


def test_a_rejected_release_is_undone_at_once(world: World, cli: Cli, proven: ProvenCaller) -> None:
    request = released_by_otto(world, cli, proven)
    options, typed = proven("alma")
    result = cli(
        "ratify", "delay", "--reject", "--comment", "worse", "--confirm", request.request_digest[-8:], *options,
        typed=typed,
    )  # fmt: skip
    assert (result.code, "the rejection of the release of ops/delay/2 is recorded" in result.err) == (0, True), (
        result.err
    )
    undone = "the emergency release of ops/delay v2 was undone, its ratification was refused: ops/delay v1 serves again"
    assert undone in result.out
    assert serving(world) == f"{MODEL}/versions/1"
    notified = {one.to for one in Outbox(world.home.outbox).notices() if one.kind == "incident"}
    assert {"otto", "olga"} <= notified


def test_a_rejection_is_kept_when_undoing_fails_and_reconcile_undoes_the_release(
    world: World, cli: Cli, proven: ProvenCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> str:
        raise PublishError("the disk is full")

    request = released_by_otto(world, cli, proven)
    options, typed = proven("alma")
    with monkeypatch.context() as full:
        full.setattr(FileTarget, "publish", broken)
        result = cli("ratify", "delay", "--reject", "--confirm", request.request_digest[-8:], *options, typed=typed)
    assert (result.code, "the rejection of the release of ops/delay/2 is recorded" in result.err) == (3, True)
    assert (world.get(ApprovalRequest, request.key).state, serving(world)) == ("rejected", V2)
    assert "was undone" in cli("reconcile", "--as-of", world.now.isoformat()).out
    assert serving(world) == f"{MODEL}/versions/1"


def test_the_vote_of_a_person_who_left_the_roster_does_not_count(world: World, cli: Cli, proven: ProvenCaller) -> None:
    request = released_by_otto(world, cli, proven)
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    options, typed = proven("olga")
    result = cli("ratify", "delay", "--confirm", request.request_digest[-8:], *options, typed=typed)
    assert (result.code, "your vote is recorded" in result.out, "still needs 1 × approver" in result.out) == (
        0, True, True,
    ), result.err  # fmt: skip
    assert world.find(Deployment)[-1].ratified_by is None


def released_by_otto(world: World, cli: Cli, proven: ProvenCaller) -> ApprovalRequest:
    options, typed = proven("otto")
    assert cli("release", "delay/2", "--reason", "all scores are 1", *options, typed=typed).code == 0
    return world.find(ApprovalRequest, purpose="release")[-1]


def test_reconcile_reminds_approvers_and_undoes_an_unratified_release(
    world: World, cli: Cli, proven: ProvenCaller
) -> None:
    options, typed = proven("otto")
    cli("release", "delay/2", "--reason", "all scores are 1", *options, typed=typed)
    seen = []
    for hours in (1, 12, 8, 4):
        world.move(hours=hours)
        seen.append(cli("reconcile", "--as-of", world.now.isoformat()).out)
    assert "release" not in seen[0]
    assert "alma reminded: the request to release ops/delay v2 waits until" in seen[1]
    assert "adam reminded" in seen[2]
    assert "was undone, nobody ratified it in time" in seen[3]
    assert world.now - timedelta(hours=25) < world.find(Deployment)[-1].from_at
