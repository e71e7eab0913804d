"""What comes due by itself, one world a thing: done on its day, not before, and once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from data.logs.profile_cache import ProfileCache
from data.notices.outbox import Outbox
from data.records.approval import ApprovalRequest, Condition
from data.records.deployment import Deployment
from data.records.monitoring import Incident
from data.records.person import Actor, Role
from data.records.review import Review, Waiver
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.commands.review import CompleteReview, OpenReview, RequestWaiver
from tasks.maintain.run_maintenance import run_maintenance
from tests.operations import deploy, prepared, suspend
from tests.retirement_fixtures import under_baseline
from tests.world import MODEL, Template, World


@pytest.fixture(scope="module")
def adopted(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return prepared(founded, tmp_path_factory.mktemp("adopted") / "home", under_baseline)


@pytest.fixture
def world(adopted: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return adopted.copy(tmp_path / "home", monkeypatch)


def looked_after(world: World, **later: float) -> dict[str, list[str]]:
    """What is done so much later."""
    world.move(**later)
    return run_maintenance(RunContext(Actor(id="modelward", auth="service"), world.now, "run-review"))


def kinds_and_people(world: World) -> set[tuple[str, str]]:
    """Kind and addressee of every notice."""
    return {(one.kind, one.to) for one in Outbox(world.home.outbox).notices()}


def reminders(world: World, **later: float) -> list[str]:
    """What people are told and reminded of so much later."""
    return looked_after(world, **later).get("reminders", [])


def test_a_request_tells_who_may_sign_reminds_at_half_time_escalates_and_expires(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    assert [one.split(":")[0] for one in reminders(world)] == ["axel notified"]
    assert reminders(world, days=3) == []
    assert reminders(world, days=1)[0].startswith("axel reminded: the request to deploy ops/delay v1 waits until")
    assert [one.split()[0] for one in reminders(world, days=2)] == ["olga", "ada", "adam"]
    assert kinds_and_people(world) == {("approval", one) for one in ("axel", "olga", "ada", "adam")}
    assert looked_after(world, days=1) == {"requests": ["the request to deploy ops/delay v1 expired"]}
    assert world.get(ApprovalRequest, request.key).state == "expired"
    assert looked_after(world) == {}


def test_counts_that_no_night_looks_at_any_more_are_let_go(world: World) -> None:
    cache = ProfileCache(world.home.profiles)
    for name in ("old", "new"):
        cache.put(name.encode(), name)
    (old,) = (one for one in cache.root.glob("*/*") if one.read_bytes() == b"old")
    os.utime(old, (0, 0))
    assert looked_after(world) == {"profiles": ["deleted 1 cached counts that are older than 180 days"]}
    assert (cache.get("old"), cache.get("new")) == (None, b"new")
    assert looked_after(world) == {}


def test_the_escalation_names_who_was_told_and_did_not_answer(world: World) -> None:
    world.requested()
    reminders(world)
    reminders(world, days=6)
    grave = [one for one in Outbox(world.home.outbox).notices() if one.number == 3]
    assert {one.to for one in grave} == {"olga", "ada", "adam"}
    assert all("Notified, no answer: alma, axel" in one.aside for one in grave)


def test_somebody_who_answers_meanwhile_makes_no_second_escalation(world: World) -> None:
    request = world.requested()
    reminders(world, days=6)
    world.decide(request, "alma")
    assert reminders(world, minutes=1) == []


def test_a_waiver_expires_on_its_day(world: World) -> None:
    version = world.version()
    waiver = RequestWaiver(
        version=version, control="stability", reason="soon", expires_at=world.now + timedelta(days=2)
    )
    key = world.do(waiver).subject
    assert looked_after(world, days=1) == {}
    assert looked_after(world, days=1) == {"waivers": ["the waiver of stability for ops/delay v1 expired"]}
    assert world.get(Waiver, key).state == "expired"


def test_a_condition_that_nobody_met_in_time_costs_the_approval(world: World) -> None:
    request = world.requested()
    due = Condition(text="show it on May", due_at=world.now + timedelta(days=5))
    world.decide(request, "alma", "approve with conditions", conditions=(due,))
    world.decide(request, "axel")
    assert looked_after(world, days=4) == {}
    report = looked_after(world, days=2)
    assert report["conditions"] == ["the approval of ops/delay v1 was revoked: condition of Alma is late"]
    assert world.get(Version, request.subject).review_state is ReviewState.REVOKED
    assert ("finding", "olga") in kinds_and_people(world)
    assert "conditions" not in looked_after(world, days=1)


def test_what_nobody_ratified_escalates_once_and_the_owner_is_told(world: World) -> None:
    deploy(world, world.approved())
    suspend(world)
    assert looked_after(world, days=1) == {}
    report = looked_after(world, days=1.1)
    assert report["incidents"] == ["incident 1 of ops/delay escalated: nobody ratified in time"]
    assert world.find(Incident)[0].state == "escalated"
    assert world.find(Deployment)[0].ratified_by is None
    assert ("incident", "olga") in kinds_and_people(world)
    assert looked_after(world) == {}


def test_a_model_is_reviewed_in_its_period_and_again_a_period_after_it_was(world: World) -> None:
    world.model()
    assert looked_after(world, days=729) == {}
    assert looked_after(world, days=2)["reviews"][0].startswith("periodic review of ops/delay opened")
    assert "reviews" not in looked_after(world, days=10), "it is open already"
    (review,) = world.find(Review)
    world.do(CompleteReview(key=review.key, outcome="goes on", proof=world.proof("olga")), by="olga")
    assert looked_after(world, days=720) == {}
    assert "reviews" in looked_after(world, days=10)


def test_a_late_review_is_reminded_of_once_a_week(world: World) -> None:
    world.model()
    world.do(OpenReview(model=MODEL, reason="after an incident", due_at=world.now + timedelta(days=3)))
    notices = [len(looked_after(world, days=days).get("reminders", [])) for days in (0, 1, 2, 6, 1, 7)]
    assert notices == [1, 0, 1, 0, 1, 1]


def test_deputy_and_principal_learn_when_it_begins_and_when_it_ended(world: World) -> None:
    begins, ends = world.now + timedelta(days=2), world.now + timedelta(days=5)
    world.grant("otto", Role.APPROVER, team="ops", tiers=(2,), deputy_of="alma", from_at=begins, to_at=ends)
    assert reminders(world, days=1) == []
    assert [one.split(" until ")[0] for one in reminders(world, days=2)] == [
        f"{one} notified: otto represents alma as approver (ops, tier 2)" for one in ("otto", "alma")
    ]
    ended = "otto no longer represents alma as approver (ops, tier 2)"
    assert reminders(world, days=3) == [f"alma notified: {ended}", f"otto notified: {ended}"]
    assert reminders(world, days=1) == []


def test_one_that_fails_stops_none_of_the_others(world: World) -> None:
    world.model("models/ops/other")
    request = world.requested()
    for file in world.artifacts.root.rglob("*"):
        if file.is_file() and b"id: baseline" in file.read_bytes():
            file.unlink()
    report = looked_after(world, days=8)
    assert report["requests"] == ["the request to deploy ops/delay v1 expired"]
    assert len(report["failed"]) == 2
    assert world.get(ApprovalRequest, request.key).state == "expired"
