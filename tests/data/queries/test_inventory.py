"""The inventory lists every version with its review state, its deployments and why they ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from data.queries.inventory import REQUIRED_FIELDS, ListedVersion, inventory, list_versions
from data.records.review import Severity
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.monitoring import RecordMonitoring, SeenConsumer
from data.registry.commands.retirement import OpenRetirement
from data.registry.commands.review import DecideWaiver, OpenFinding, OpenReview, RequestWaiver
from tests.operations import deployed, roll_back, suspend
from tests.world import MODEL, World

V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"
FIELDS = {
    "key", "name", "model", "version", "owner", "tier", "purpose", "model_state", "standards", "change_class",
    "registered_at", "review_state", "state_reason", "valid_until", "expired", "serving", "deployments",
    "open_findings", "open_findings_by_severity", "waivers", "consumers", "undeclared_consumers", "next_review_due",
    "review_late", "retirement", "complete", "missing",
}  # fmt: skip


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The small world, with its registry kept open."""
    with world.registry.store.session():
        yield world


def listed(world: World, model: str | None = None) -> list[ListedVersion]:
    """Return the present inventory."""
    with world.registry.reading() as state:
        return list_versions(state, world.now, model)


def version_as_json(world: World, number: int) -> dict[str, Any]:
    """Return one version of the model as JSON."""
    return listed(world, MODEL)[number - 1].model_dump(mode="json")


def test_the_field_names_do_not_change(world: World) -> None:
    world.version()
    first = version_as_json(world, 1)
    assert set(first) == FIELDS
    assert (first["name"], first["model"], first["version"], first["owner"], first["tier"]) == (
        "ops/delay v1",
        "ops/delay",
        1,
        "olga",
        2,
    )


def test_an_empty_registry_has_an_empty_inventory(world: World) -> None:
    assert listed(world) == []


def test_versions_are_listed_by_model_and_number_in_every_state(world: World) -> None:
    for _ in range(11):
        world.version()
    world.version("models/ops/arrivals")
    assert [one.name for one in listed(world)] == ["ops/arrivals v1"] + [f"ops/delay v{n}" for n in range(1, 12)]
    assert [one.name for one in listed(world, "models/ops/arrivals")] == ["ops/arrivals v1"]


def test_a_version_has_its_deployments_and_why_they_ended(world: World) -> None:
    deployed(world)
    second = deployed(world, "op-2")
    roll_back(world, V1)
    first, two = version_as_json(world, 1), version_as_json(world, 2)
    assert [(d["state"], d["ended_reason"]) for d in first["deployments"]] == [
        ("superseded", "superseded by ops/delay v2"),
        ("deployed", ""),
    ]
    assert first["deployments"][1]["rollback_of"] == second.key
    assert [(d["state"], d["ended_reason"], d["environment"], d["slot"]) for d in two["deployments"]] == [
        ("rolled_back", "it drifted", "production", "champion")
    ]
    assert (first["serving"], two["serving"]) == (True, False)


def test_a_suspended_version_does_not_serve(world: World) -> None:
    deployed(world)
    suspend(world)
    first = version_as_json(world, 1)
    assert (first["serving"], first["deployments"][0]["ended_reason"]) == (False, "it harms; fallback: the timetable")


def test_an_expired_approval_shows_before_an_event_records_it(world: World) -> None:
    deployed(world)
    assert version_as_json(world, 1)["expired"] is False
    world.move(days=91)
    first = version_as_json(world, 1)
    assert (first["expired"], first["review_state"]) == (True, "approved")


def test_open_findings_waivers_and_reviews_are_listed(world: World) -> None:
    world.version()
    due = world.now + timedelta(days=30)
    for severity in (Severity.HIGH, Severity.LOW, Severity.HIGH):
        world.do(OpenFinding(version=V1, severity=severity, title="t", text="x", owner="dev", due_at=due), by="vera")
    world.do(RequestWaiver(version=V1, control="performance", reason="no labels yet", expires_at=due))
    world.do(DecideWaiver(key=f"{V1}/waivers/1", grant=True, proof=world.proof("rita")), by="rita")
    world.do(OpenReview(model=MODEL, version=V1, reason="a year", due_at=due + timedelta(days=1)))
    world.do(OpenReview(model=MODEL, reason="an incident", due_at=due))
    first = version_as_json(world, 1)
    assert (first["open_findings"], first["open_findings_by_severity"]) == (3, {"high": 2, "low": 1})
    assert first["waivers"] == ["performance"]
    assert (first["next_review_due"], first["review_late"]) == (due.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), False)
    world.move(days=31)
    first = version_as_json(world, 1)
    assert (first["waivers"], first["review_late"]) == ([], True)


def test_consumers_and_undeclared_consumers_are_counted(world: World) -> None:
    world.version()
    world.do(DeclareConsumer(model=MODEL, system="gates", owner="gil", contact="gil@example.org"))
    seen = SeenConsumer(system="shadow-it", rows=3, last_seen_at=world.now)
    watch = RecordMonitoring(
        model=MODEL, plan=f"{MODEL}/monitoring-plans/1", from_date="2013-03-01", to_date="2013-03-07", versions=(V1,),
        rows=3, labelled=0, partitions=(), measurements_digest="d", counts={}, outcomes={}, consumers=(seen,),
    )  # fmt: skip
    world.do(watch)
    first = version_as_json(world, 1)
    assert (first["consumers"], first["undeclared_consumers"]) == (2, 1)


def test_the_state_of_a_retirement_is_listed(world: World) -> None:
    world.version()
    sunset = world.now + timedelta(days=30)
    world.do(
        OpenRetirement(version=V1, reason="r", sunset_at=sunset, quiet_days=7, impact_digest="d", parties=()), by="olga"
    )
    assert version_as_json(world, 1)["retirement"] == "planned"


def test_missing_inventory_fields_are_listed(world: World) -> None:
    world.version(code={"commit": None}, environment_digest=None)
    first = version_as_json(world, 1)
    assert first["missing"] == [
        "prohibited uses",
        "alert route",
        "runbook",
        "declared consumers",
        "code commit",
        "environment",
        "validation",
    ]
    assert first["complete"] == round(1 - 7 / len(REQUIRED_FIELDS), 3)


def test_a_version_with_all_required_fields_is_complete(world: World) -> None:
    version = world.version()
    world.model(prohibited_uses=("pricing",), alert_route="ops", runbook="docs/delay.md")
    world.do(DeclareConsumer(model=MODEL, system="gates", owner="gil", contact="gil@example.org"))
    world.validated(version)
    first = version_as_json(world, 1)
    assert (first["complete"], first["missing"]) == (1.0, [])


def test_the_inventory_of_one_model_is_judged_at_the_time_of_the_registry(world: World) -> None:
    world.version()
    world.version("models/rail/other")
    found = inventory(world.registry)
    assert [one.name for one in found.versions] == ["ops/delay v1", "rail/other v1"]
    assert found.time.is_replay
    assert [one.name for one in inventory(world.registry, "delay").versions] == ["ops/delay v1"]
    assert inventory(world.registry, "delay", world.now).versions == tuple(listed(world, MODEL))
