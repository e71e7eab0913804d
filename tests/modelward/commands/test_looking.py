"""Inventory, show, history: what stands, and what stood at a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.records.verdict import Failed, Judgement, Unproven
from tests.modelward.conftest import Cli
from tests.operations import deployed, roll_back
from tests.world import World


@pytest.fixture
def lived(world: World) -> World:
    """A world in which a version was deployed, superseded, and came back by rollback."""
    first = deployed(world)
    world.move(days=10)
    deployed(world, run_id="op-2")
    world.move(days=10)
    roll_back(world, first.version)
    return world


def test_the_inventory_says_where_each_version_is_or_was_and_why_that_ended(lived: World, cli: Cli) -> None:
    listed = cli("inventory", "--json").json
    assert [(one["key"].rpartition("/")[2], one["review_state"]) for one in listed] == [
        ("1", "approved"),
        ("2", "approved"),
    ]
    assert [place["state"] for place in listed[0]["deployments"]] == ["superseded", "deployed"]
    assert listed[1]["deployments"][0]["ended_reason"] == "it drifted"
    out = cli("inventory").out
    assert "production since 2013-03-21" in out
    assert "rolled back: it drifted" in out


def test_a_replay_is_judged_at_its_own_time_and_says_so(lived: World, cli: Cli) -> None:
    assert not any(one["expired"] for one in cli("inventory", "--json").json)
    assert "a replay registry: due dates are judged at its newest event, 2013-03-21" in cli("inventory").err


def test_the_inventory_of_one_model(lived: World, cli: Cli) -> None:
    lived.version("models/rail/other")
    assert {one["model"] for one in cli("inventory", "other", "--json").json} == {"rail/other"}
    assert cli("inventory", "nothing").code == 2


def test_a_past_day_names_the_version_its_approvers_and_digests(lived: World, cli: Cli) -> None:
    result = cli("history", "delay", "--as-of", "2013-03-15", "--json").json
    assert result["version"] == "models/ops/delay/versions/2"
    assert [one["name"] for one in result["approvers"]] == ["Alma", "Axel"]
    assert result["evidence_digest"].startswith("sha256:")
    assert result["standards_digest"].startswith("sha256:")
    out = cli("history", "delay", "--as-of", "2013-03-15").out
    assert "ops/delay/2" in out
    assert "Axel" in out


def test_another_slot_held_nothing(lived: World, cli: Cli) -> None:
    result = cli("history", "delay", "--as-of", "2013-03-15", "--slot", "shadow")
    assert (result.code, "nothing served there" in result.out) == (0, True)


def test_what_was_known_by_a_time_counts_only_what_was_recorded_by_then(lived: World, cli: Cli) -> None:
    before = cli("history", "delay", "--as-of", "2013-03-15", "--known-at", "2013-03-15")
    assert (before.code, "was not registered by" in before.err) == (2, True)
    later = cli("history", "delay", "--as-of", "2013-03-15", "--known-at", "2100-01-01", "--json").json
    assert later["version"] == "models/ops/delay/versions/2"
    recorded = cli("history", "delay", "--known-at", "2100-01-01", "--json").json
    assert (recorded["version"], recorded["by"]) == ("models/ops/delay/versions/1", "recorded")


def test_without_a_time_the_history_is_every_event_oldest_first(lived: World, cli: Cli) -> None:
    events = cli("history", "delay", "--json").json
    assert events[0]["type"] == "model.registered"
    assert [one["seq"] for one in events] == sorted(one["seq"] for one in events)
    assert "deployment.rolled_back" in cli("history", "delay").out


@pytest.mark.parametrize("text", ["yesterday", "2013-13-01", "now; DROP TABLE person"])
def test_what_is_no_time_is_refused(lived: World, cli: Cli, text: str) -> None:
    assert cli("history", "delay", "--as-of", text).code == 2


def test_a_model_shows_its_versions_and_a_version_its_evidence(lived: World, cli: Cli) -> None:
    model = cli("show", "delay", "--json").json
    assert (model["model"]["owner"], len(model["version"])) == ("olga", 2)
    assert "production champion" in cli("show", "ops/delay").out
    version = cli("show", "delay/2", "--json").json
    assert (version["version"]["number"], len(version["vote"]), len(version["deployment"])) == (2, 2, 1)
    out = cli("show", "delay/2").out
    for part in ("Metrics", "auc", "Verdicts", "Decisions", "Alma", "Deployments", "it drifted"):
        assert part in out


def test_a_version_shows_for_whom_a_deputy_validated_it(world: World, cli: Cli) -> None:
    world.grant("rita", "validator", deputy_of="vera", to_at=world.now + timedelta(days=5))
    world.validated(by="rita")
    assert "validation 1 by rita as deputy of vera" in cli("show", "delay/1").out


def test_a_verdict_that_is_not_cleared_comes_with_its_remedy(world: World, cli: Cli) -> None:
    version = world.measured()
    failed = Judgement(
        control="PRF-1", gate="performance", criterion="auc", verdict=Failed(reason="0.58", remedy="train on more data")
    )
    missing = Judgement(
        control="PRV-1", gate="provenance", criterion="code", waived_by=f"{version}/waivers/1",
        verdict=Unproven(missing="the commit", remedy="commit it"),
    )  # fmt: skip
    world.judge(version, "assess", failed, missing)
    out = cli("show", "delay/1").out
    assert "→ PRF-1: train on more data" in out
    assert "unproven (waived)" in out
    assert "→ PRV-1" not in out


def test_an_open_request_and_a_waiting_validation_are_listed(world: World, cli: Cli) -> None:
    request = world.requested()
    world.assessed(world.version())
    result = cli("approvals", "list", "--json").json
    assert [(one["key"], one["missing"]) for one in result["requests"]] == [(request.key, {"approver": 2})]
    assert result["validations"] == ["models/ops/delay/versions/2"]
    out = cli("approvals", "list").out
    assert "2 × approver" in out
    assert "1 × validator" in out


def test_a_request_shows_the_digest_to_confirm_and_who_has_signed(world: World, cli: Cli) -> None:
    request = world.requested()
    world.decide(request, "alma")
    out = cli("approvals", "show", "delay/1#1").out
    assert request.request_digest[-8:] in out
    assert "signed: Alma as approver: approve" in out
    assert [one["person"] for one in cli("approvals", "show", "delay/1#1", "--json").json["votes"]] == ["alma"]


def test_reviews_that_are_open_are_listed(world: World, cli: Cli) -> None:
    from data.registry.commands.review import OpenReview

    model = world.model()
    assert cli("review", "list").out == "no review is open\n"
    world.do(OpenReview(model=model, reason="a year is over", due_at=world.now + timedelta(days=30)), by="olga")
    assert "a year is over" in cli("review", "list").out


def test_a_review_is_completed_with_a_code(world: World, cli: Cli) -> None:
    from data.records.review import Review
    from data.registry.commands.review import OpenReview

    model = world.model()
    world.do(OpenReview(model=model, reason="a year is over", due_at=world.now + timedelta(days=30)), by="olga")
    typed = world.code("vera") + "\n"
    at = ("--by", "vera", "--code-from-stdin", "--as-of", world.now.isoformat())
    result = cli("review", "complete", "delay#1", "--outcome", "still fit", *at, typed=typed)
    assert result.code == 0, result.err
    assert world.get(Review, f"{model}/reviews/1").outcome == "still fit"
