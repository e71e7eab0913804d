"""Each maintenance job acts on the due date, not before it, and only once."""

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


def run_jobs_after(world: World, **later: float) -> dict[str, list[str]]:
    """Return the report of the jobs after so much time."""
    world.move(**later)
    return run_maintenance(RunContext(Actor(id="modelward", auth="service"), world.now, "run-review"))


def kinds_and_people(world: World) -> set[tuple[str, str]]:
    """Return kind and receiver of every notice."""
    return {(one.kind, one.to) for one in Outbox(world.home.outbox).notices()}


def reminders(world: World, **later: float) -> list[str]:
    """Return the reminders that people get after so much time."""
    return run_jobs_after(world, **later).get("reminders", [])


def test_a_request_notifies_reminds_escalates_and_expires(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    assert [one.split(":")[0] for one in reminders(world)] == ["axel notified"]
    assert reminders(world, days=3) == []
    assert reminders(world, days=1)[0].startswith("axel reminded: the request to deploy ops/delay v1 waits until")
    assert [one.split()[0] for one in reminders(world, days=2)] == ["olga", "ada", "adam"]
    assert kinds_and_people(world) == {("approval", one) for one in ("axel", "olga", "ada", "adam")}
    assert run_jobs_after(world, days=1) == {"requests": ["the request to deploy ops/delay v1 expired"]}
    assert world.get(ApprovalRequest, request.key).state == "expired"
    assert run_jobs_after(world) == {}


def test_old_cached_counts_are_deleted(world: World) -> None:
    cache = ProfileCache(world.home.profiles, world.home.keys)
    for name in ("old", "new"):
        cache.put(name.encode(), name)
    (old,) = (one for one in cache.root.glob("*/*") if one.read_bytes().endswith(b"old"))
    os.utime(old, (0, 0))
    assert run_jobs_after(world) == {"profiles": ["deleted 1 cached count older than 180 days"]}
    assert (cache.get("old"), cache.get("new")) == (None, b"new")
    assert run_jobs_after(world) == {}


def test_the_escalation_lists_the_notified_people_without_an_answer(world: World) -> None:
    world.requested()
    reminders(world)
    reminders(world, days=6)
    grave = [one for one in Outbox(world.home.outbox).notices() if one.number == 3]
    assert {one.to for one in grave} == {"olga", "ada", "adam"}
    assert all("Notified, no answer: alma, axel" in one.aside for one in grave)


def test_a_vote_after_the_escalation_makes_no_second_escalation(world: World) -> None:
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
    assert run_jobs_after(world, days=1) == {}
    assert run_jobs_after(world, days=1) == {"waivers": ["the waiver of stability for ops/delay v1 expired"]}
    assert world.get(Waiver, key).state == "expired"


def test_an_unmet_condition_revokes_the_approval(world: World) -> None:
    request = world.requested()
    due = Condition(text="show it on May", due_at=world.now + timedelta(days=5))
    world.decide(request, "alma", "approve with conditions", conditions=(due,))
    world.decide(request, "axel")
    assert run_jobs_after(world, days=4) == {}
    report = run_jobs_after(world, days=2)
    assert report["conditions"] == ["the approval of ops/delay v1 was revoked: condition of Alma is late"]
    assert world.get(Version, request.subject).review_state is ReviewState.REVOKED
    assert ("finding", "olga") in kinds_and_people(world)
    assert "conditions" not in run_jobs_after(world, days=1)


def test_an_unratified_incident_escalates_once_and_notifies_the_owner(world: World) -> None:
    deploy(world, world.approved())
    suspend(world)
    assert run_jobs_after(world, days=1) == {}
    report = run_jobs_after(world, days=1.1)
    assert report["incidents"] == ["incident 1 of ops/delay escalated: nobody ratified in time"]
    assert world.find(Incident)[0].state == "escalated"
    assert world.find(Deployment)[0].ratified_by is None
    assert ("incident", "olga") in kinds_and_people(world)
    assert run_jobs_after(world) == {}


def test_a_periodic_review_opens_once_a_period(world: World) -> None:
    world.model()
    assert run_jobs_after(world, days=729) == {}
    assert run_jobs_after(world, days=2)["reviews"][0].startswith("periodic review of ops/delay opened")
    assert "reviews" not in run_jobs_after(world, days=10), "it is open already"
    (review,) = world.find(Review)
    world.do(CompleteReview(key=review.key, outcome="goes on", proof=world.proof("olga")), by="olga")
    assert run_jobs_after(world, days=720) == {}
    assert "reviews" in run_jobs_after(world, days=10)


def test_a_late_review_is_reminded_once_a_week(world: World) -> None:
    world.model()
    world.do(OpenReview(model=MODEL, reason="after an incident", due_at=world.now + timedelta(days=3)))
    notices = [len(run_jobs_after(world, days=days).get("reminders", [])) for days in (0, 1, 2, 6, 1, 7)]
    assert notices == [1, 0, 1, 0, 1, 1]


def test_both_people_are_notified_when_a_deputy_begins_and_ends(world: World) -> None:
    begins, ends = world.now + timedelta(days=2), world.now + timedelta(days=5)
    world.grant("otto", Role.APPROVER, team="ops", tiers=(2,), deputy_of="alma", from_at=begins, to_at=ends)
    assert reminders(world, days=1) == []
    assert [one.split(" until ")[0] for one in reminders(world, days=2)] == [
        f"{one} notified: otto represents alma as approver (ops, tier 2)" for one in ("otto", "alma")
    ]
    ended = "otto no longer represents alma as approver (ops, tier 2)"
    assert reminders(world, days=3) == [f"alma notified: {ended}", f"otto notified: {ended}"]
    assert reminders(world, days=1) == []


def test_a_failing_job_stops_no_other_job(world: World) -> None:
    world.model("models/ops/other")
    request = world.requested()
    for file in world.artifacts.root.rglob("*"):
        if file.is_file() and b"id: baseline" in file.read_bytes():
            file.unlink()
    report = run_jobs_after(world, days=8)
    assert report["requests"] == ["the request to deploy ops/delay v1 expired"]
    assert len(report["failed"]) == 2
    assert world.get(ApprovalRequest, request.key).state == "expired"
