"""The slot of a model at any past moment: what served, who approved it, on which evidence, with which open findings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.errors import NotFoundError
from data.queries.history import SlotSnapshot, as_of, fold_until, slot_as_of, slot_as_recorded
from data.queries.log_entries import events
from data.records.approval import ApprovalRequest
from data.records.review import Severity
from data.records.tables import TABLES
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from tests.data.queries.conftest import Milestones
from tests.operations import deployed
from tests.world import MODEL, STANDARDS_DIGEST, World

V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"


def slot_at(world: World, moment: datetime, **where: str) -> SlotSnapshot:
    """Return the slot at a moment, from the registry's log."""
    with world.registry.store.reading() as connection:
        return as_of(connection, MODEL, moment, **where)


def test_each_moment_has_the_version_that_served_then(history_world: World, moments: Milestones) -> None:
    served = {name: slot_at(history_world, moment).version for name, moment in moments.items()}
    assert served == {"registered": None, "first": V1, "second": V2, "rolled back": V1, "suspended": None}


def test_the_snapshot_has_approvers_and_evidence(history_world: World, moments: Milestones) -> None:
    request = history_world.get(ApprovalRequest, f"{V2}/requests/1")
    answer = slot_at(history_world, moments["second"]).model_dump(mode="json")
    assert [(one["name"], one["role"], one["decision"], one["proof"]) for one in answer["approvers"]] == [
        ("Alma", "approver", "approve", "totp"),
        ("Axel", "approver", "approve", "totp"),
    ]
    assert (answer["evidence_digest"], answer["standards_digest"]) == (request.evidence_digest, STANDARDS_DIGEST)
    assert (answer["standards"], answer["use"], answer["number"]) == (["baseline@1"], "planning", 2)
    assert answer["artifact_digest"] == request.artifact_digest
    assert (answer["owner"], answer["tier"], answer["review_state"]) == ("olga", 2, "approved")
    assert (answer["environment"], answer["slot"], answer["by"]) == ("production", "champion", "effective")


def test_after_a_rollback_the_snapshot_has_the_earlier_approval(history_world: World, moments: Milestones) -> None:
    answer = slot_at(history_world, moments["rolled back"])
    assert answer.request == f"{V1}/requests/1"
    assert (answer.rollback_of, answer.reason) == (f"{MODEL}/deployments/2", "it drifted")


def test_findings_and_waivers_are_those_of_the_moment(world: World) -> None:
    world.version()
    due = world.now + timedelta(days=20)
    world.do(RequestWaiver(version=V1, control="performance", reason="no labels yet", expires_at=due))
    world.do(DecideWaiver(key=f"{V1}/waivers/1", grant=True, proof=world.proof("rita")), by="rita")
    deployed(world, version=world.validated(V1))
    before = world.move(days=1)
    world.move(days=1)
    world.do(OpenFinding(version=V1, severity=Severity.HIGH, title="t", text="x", owner="dev", due_at=due), by="vera")
    after = world.move(days=1)
    assert slot_at(world, before).open_findings == ()
    assert [(one.severity, one.state, one.owner) for one in slot_at(world, after).open_findings] == [
        ("high", "open", "dev")
    ]
    assert [(one.control, one.approver) for one in slot_at(world, before).waivers] == [("performance", "rita")]
    assert slot_at(world, due).waivers == ()


def test_the_clock_recorded_uses_the_time_of_recording(history_world: World) -> None:
    with pytest.raises(NotFoundError, match="was not registered by 2013"):
        slot_at(history_world, history_world.now, by="recorded")
    assert slot_at(history_world, datetime.now(UTC), by="recorded").events > 10


def test_before_registration_an_error_is_raised(world: World) -> None:
    before = world.now
    world.move(days=1)
    world.version()
    with pytest.raises(NotFoundError, match="ops/delay was not registered by"):
        slot_at(world, before)


def test_another_environment_can_be_read(history_world: World, moments: Milestones) -> None:
    assert slot_at(history_world, moments["second"], environment="staging").version is None
    assert slot_at(history_world, moments["second"], slot="shadow").version is None


def test_the_journal_gives_the_same_answer_as_the_registry(history_world: World, moments: Milestones) -> None:
    for moment in moments.values():
        assert as_of(history_world.registry.journal.bodies(), MODEL, moment) == slot_at(history_world, moment)


def test_folding_all_events_gives_the_present_tables(history_world: World) -> None:
    with history_world.registry.store.reading() as connection:
        fold = fold_until(connection, datetime.now(UTC))
    for kind in TABLES:
        stands = {row.key: row for row in history_world.find(kind)}
        assert {key: fold.get(kind, key) for key in fold.tables.get(kind.table, {})} == stands, kind.table
    assert fold.last_event == fold.events - 1


def test_events_of_a_model_with_the_same_prefix_are_left_out(history_world: World, moments: Milestones) -> None:
    own = [one.seq for one in events(history_world.registry.journal.bodies(), MODEL)]
    deployed(history_world, "op-9", version=history_world.validated(history_world.version("models/ops/delay2")))
    assert [one.seq for one in events(history_world.registry.journal.bodies(), MODEL)] == own
    assert slot_at(history_world, moments["first"]).version == V1


def test_a_deployment_whose_approval_is_missing_from_the_log_shows_none(
    history_world: World, moments: Milestones
) -> None:
    bodies = [body for body in history_world.registry.journal.bodies() if b"approval." not in body]
    answer = as_of(bodies, MODEL, moments["second"])
    assert (answer.version, answer.approvers, answer.evidence_digest) == (V2, (), None)
    bodies = [body for body in history_world.registry.journal.bodies() if b'"type":"verdicts.recorded"' not in body]
    assert as_of(bodies, MODEL, moments["second"]).standards == ()
    bodies = [body for body in history_world.registry.journal.bodies() if b'"table":"version"' not in body]
    assert as_of(bodies, MODEL, moments["second"]).number is None


def test_a_slot_is_found_by_the_name_of_its_model(history_world: World, moments: Milestones) -> None:
    snapshot = slot_as_of(history_world.registry, "delay", moments["second"])
    assert snapshot == slot_at(history_world, moments["second"])
    assert slot_as_of(history_world.registry, "delay", moments["second"], environment="staging").version is None


def test_a_slot_is_shown_from_the_events_that_were_recorded_by_a_moment(
    history_world: World, moments: Milestones
) -> None:
    now = datetime.now(UTC)
    assert slot_as_of(history_world.registry, "delay", moments["second"], now) == slot_at(
        history_world, moments["second"]
    )
    with pytest.raises(NotFoundError, match="was not registered by"):
        slot_as_of(history_world.registry, "delay", moments["second"], history_world.now)
    assert slot_as_recorded(history_world.registry, "delay", now) == slot_at(history_world, now, by="recorded")
