"""The commands that read: inventory, show, history, approvals and reviews."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.records.verdict import Failed, Judgement, Unproven
from tests.modelward.conftest import Cli
from tests.operations import deployed, prepared, roll_back
from tests.world import Template, World


def add_rollback(world: World) -> None:
    """Deploy version 1, supersede it by version 2, and deploy it again by a rollback."""
    first = deployed(world)
    world.move(days=10)
    deployed(world, run_id="op-2")
    world.move(days=10)
    roll_back(world, first.version)


@pytest.fixture(scope="module")
def after_rollback(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after `add_rollback`, to be copied."""
    return prepared(founded, tmp_path_factory.mktemp("after_rollback") / "home", add_rollback)


@pytest.fixture
def rolled_back(after_rollback: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the world in which version 1 serves again after a rollback."""
    return after_rollback.copy(tmp_path / "home", monkeypatch)


def test_the_inventory_shows_each_deployment_and_why_it_ended(rolled_back: World, cli: Cli) -> None:
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


def test_the_inventory_of_a_replay_registry_uses_and_shows_the_time_of_its_latest_event(
    rolled_back: World, cli: Cli
) -> None:
    assert not any(one["expired"] for one in cli("inventory", "--json").json)
    assert "in this replay registry, due dates are judged at the latest event, 2013-03-21" in cli("inventory").err


def test_the_inventory_is_limited_to_one_model(rolled_back: World, cli: Cli) -> None:
    rolled_back.version("models/rail/other")
    assert {one["model"] for one in cli("inventory", "other", "--json").json} == {"rail/other"}
    assert cli("inventory", "nothing").code == 2


def test_history_at_a_past_day_shows_the_version_its_approvers_and_digests(rolled_back: World, cli: Cli) -> None:
    result = cli("history", "delay", "--as-of", "2013-03-15", "--json").json
    assert result["version"] == "models/ops/delay/versions/2"
    assert [one["name"] for one in result["approvers"]] == ["Alma", "Axel"]
    assert result["evidence_digest"].startswith("sha256:")
    assert result["standards_digest"].startswith("sha256:")
    out = cli("history", "delay", "--as-of", "2013-03-15").out
    assert "ops/delay/2" in out
    assert "Axel" in out


def test_history_of_an_empty_slot_says_that_no_version_served(rolled_back: World, cli: Cli) -> None:
    result = cli("history", "delay", "--as-of", "2013-03-15", "--slot", "shadow")
    assert (result.code, "no version served" in result.out) == (0, True)


def test_known_at_uses_only_events_recorded_by_then(rolled_back: World, cli: Cli) -> None:
    before = cli("history", "delay", "--as-of", "2013-03-15", "--known-at", "2013-03-15")
    assert (before.code, "was not registered by" in before.err) == (2, True)
    later = cli("history", "delay", "--as-of", "2013-03-15", "--known-at", "2100-01-01", "--json").json
    assert later["version"] == "models/ops/delay/versions/2"
    recorded = cli("history", "delay", "--known-at", "2100-01-01", "--json").json
    assert (recorded["version"], recorded["by"]) == ("models/ops/delay/versions/1", "recorded")


def test_history_without_a_time_lists_every_event_oldest_first(rolled_back: World, cli: Cli) -> None:
    events = cli("history", "delay", "--json").json
    assert events[0]["type"] == "model.registered"
    assert [one["seq"] for one in events] == sorted(one["seq"] for one in events)
    assert "deployment.rolled_back" in cli("history", "delay").out


@pytest.mark.parametrize("text", ["yesterday", "2013-13-01", "now; DROP TABLE person"])
def test_a_text_that_is_not_a_time_is_refused(rolled_back: World, cli: Cli, text: str) -> None:
    assert cli("history", "delay", "--as-of", text).code == 2


def test_show_has_the_versions_of_a_model_and_the_evidence_of_a_version(rolled_back: World, cli: Cli) -> None:
    model = cli("show", "delay", "--json").json
    assert (model["model"]["owner"], len(model["version"])) == ("olga", 2)
    assert "production champion" in cli("show", "ops/delay").out
    version = cli("show", "delay/2", "--json").json
    assert (version["version"]["number"], len(version["vote"]), len(version["deployment"])) == (2, 2, 1)
    out = cli("show", "delay/2").out
    for part in ("Metrics", "auc", "Verdict set 2", "Decisions", "Alma", "Deployments", "it drifted"):
        assert part in out


def test_the_versions_of_a_model_are_shown_page_by_page_the_latest_first(rolled_back: World, cli: Cli) -> None:
    pages = [cli("show", "delay", "--limit", "1", "--page", str(page), "--json").json["version"] for page in (1, 2)]
    assert [[one["number"] for one in page] for page in pages] == [[2], [1]]
    shown = cli("show", "delay", "--limit", "1")
    assert "page 1 of 2: versions 1 to 1 of 2, counted from the latest; --page 2 shows the next" in shown.err
    assert "there is no such page" in cli("show", "delay", "--limit", "1", "--page", "3").out


def test_show_names_the_person_whose_deputy_validated(world: World, cli: Cli) -> None:
    world.grant("rita", "validator", deputy_of="vera", to_at=world.now + timedelta(days=5))
    world.validated(by="rita")
    assert "validation 1 by rita as deputy of vera" in cli("show", "delay/1").out


def test_show_has_the_remedy_of_each_verdict_that_is_not_cleared(world: World, cli: Cli) -> None:
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


def test_a_request_is_shown_with_its_digest_and_its_votes(world: World, cli: Cli) -> None:
    request = world.requested()
    world.decide(request, "alma")
    out = cli("approvals", "show", "delay/1#1").out
    assert request.request_digest[-8:] in out
    assert "signed: Alma as approver: approve" in out
    assert [one["person"] for one in cli("approvals", "show", "delay/1#1", "--json").json["votes"]] == ["alma"]


def test_open_reviews_are_listed(world: World, cli: Cli) -> None:
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
