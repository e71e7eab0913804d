"""Tests of the flow review_models: work that is due is done, each job independently, and only once."""

from __future__ import annotations

from datetime import timedelta

from data.notices.outbox import Outbox
from data.records.review import Review
from data.records.version import ReviewState, Version
from flows.review_models import review_models
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.operations import deploy
from tests.retirement_fixtures import VERSION, under_baseline
from tests.world import World


def test_an_approval_past_its_end_expires_and_opens_a_review_of_the_serving_version(world: World) -> None:
    under_baseline(world)
    deploy(world, world.approved())
    until = world.get(Version, VERSION).valid_until
    assert until is not None
    world.now = until - timedelta(days=3)
    assert list(review_models(as_of=world.now)) == ["reminders"]
    world.now = until
    report = review_models(as_of=world.now)
    labels = compare_graph("review_models", "every job")
    assert "expire approvals: 1 done" in labels
    assert report["approvals"] == ["the approval of ops/delay v1 expired"]
    assert report["lapsed"] == ["review of ops/delay v1 opened: it serves although its approval is expired"]
    assert world.get(Version, VERSION).review_state is ReviewState.EXPIRED
    assert [one.version for one in world.find(Review)] == [VERSION]
    assert {one.kind for one in Outbox(world.home.outbox).notices()} == {"expiry", "review"}
    assert "- the approval of ops/delay v1 expired" in newest_artifact("review")
    assert review_models(as_of=world.now) == {}
    assert newest_artifact("review") == "### review: nothing was due"
