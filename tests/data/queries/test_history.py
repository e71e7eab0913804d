"""The slot of a model at any past moment: what served, who approved it, on which evidence, with what open."""

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
from tests.operations import deployed
from tests.world import MODEL, STANDARDS_DIGEST, World

Moments = dict[str, datetime]
V1, V2 = f"{MODEL}/versions/1", f"{MODEL}/versions/2"


def ask(world: World, moment: datetime, **where: str) -> SlotSnapshot:
    """The slot at a moment, from the registry's log."""
    with world.registry.store.reading() as connection:
        return as_of(connection, MODEL, moment, **where)


def test_each_moment_of_a_life_has_its_own_answer(old_world: World, moments: Moments) -> None:
    served = {name: ask(old_world, moment).version for name, moment in moments.items()}
    assert served == {"registered": None, "first": V1, "second": V2, "rolled back": V1, "suspended": None}


def test_the_answer_names_who_approved_what_on_which_evidence(old_world: World, moments: Moments) -> None:
    request = old_world.get(ApprovalRequest, f"{V2}/requests/1")
    answer = ask(old_world, moments["second"]).model_dump(mode="json")
    assert [(one["name"], one["role"], one["decision"], one["proof"]) for one in answer["approvers"]] == [
        ("Alma", "approver", "approve", "totp"),
        ("Axel", "approver", "approve", "totp"),
    ]
    assert (answer["evidence_digest"], answer["standards_digest"]) == (request.evidence_digest, STANDARDS_DIGEST)
    assert (answer["standards"], answer["use"], answer["number"]) == (["baseline@1"], "planning", 2)
    assert answer["artifact_digest"] == request.artifact_digest
    assert (answer["owner"], answer["tier"], answer["review_state"]) == ("olga", 2, "approved")
    assert (answer["environment"], answer["slot"], answer["by"]) == ("production", "champion", "effective")


def test_after_a_rollback_the_answer_names_the_approval_it_returned_to(old_world: World, moments: Moments) -> None:
    answer = ask(old_world, moments["rolled back"])
    assert answer.request == f"{V1}/requests/1"
    assert (answer.rollback_of, answer.reason) == (f"{MODEL}/deployments/2", "it drifted")


def test_findings_and_waivers_show_as_they_were(world: World) -> None:
    world.version()
    due = world.now + timedelta(days=20)
    world.do(RequestWaiver(version=V1, control="performance", reason="no labels yet", expires_at=due))
    world.do(DecideWaiver(key=f"{V1}/waivers/1", grant=True, proof=world.proof("rita")), by="rita")
    deployed(world, version=world.validated(V1))
    before = world.move(days=1)
    world.move(days=1)
    world.do(OpenFinding(version=V1, severity=Severity.HIGH, title="t", text="x", owner="dev", due_at=due), by="vera")
    after = world.move(days=1)
    assert ask(world, before).open_findings == ()
    assert [(one.severity, one.state, one.owner) for one in ask(world, after).open_findings] == [
        ("high", "open", "dev")
    ]
    assert [(one.control, one.approver) for one in ask(world, before).waivers] == [("performance", "rita")]
    assert ask(world, due).waivers == ()


def test_what_was_known_is_asked_by_the_time_of_recording(old_world: World) -> None:
    with pytest.raises(NotFoundError, match="was not registered by 2013"):
        ask(old_world, old_world.now, by="recorded")
    assert ask(old_world, datetime.now(UTC), by="recorded").events > 10


def test_a_model_has_no_past_before_it_was_registered(world: World) -> None:
    before = world.now
    world.move(days=1)
    world.version()
    with pytest.raises(NotFoundError, match="ops/delay was not registered by"):
        ask(world, before)


def test_another_environment_is_asked_by_its_name(old_world: World, moments: Moments) -> None:
    assert ask(old_world, moments["second"], environment="staging").version is None
    assert ask(old_world, moments["second"], slot="shadow").version is None


def test_the_journal_gives_the_same_answer_as_the_registry(old_world: World, moments: Moments) -> None:
    for moment in moments.values():
        assert as_of(old_world.registry.journal.bodies(), MODEL, moment) == ask(old_world, moment)


def test_folding_everything_gives_the_tables_as_they_stand(old_world: World) -> None:
    with old_world.registry.store.reading() as connection:
        fold = fold_until(connection, datetime.now(UTC))
    for kind in TABLES:
        stands = {row.key: row for row in old_world.find(kind)}
        assert {key: fold.get(kind, key) for key in fold.tables.get(kind.table, {})} == stands, kind.table
    assert fold.last_event == fold.events - 1


def test_a_model_whose_name_begins_the_same_is_not_mixed_in(old_world: World, moments: Moments) -> None:
    own = [one.seq for one in events(old_world.registry.journal.bodies(), MODEL)]
    deployed(old_world, "op-9", version=old_world.validated(old_world.version("models/ops/delay2")))
    assert [one.seq for one in events(old_world.registry.journal.bodies(), MODEL)] == own
    assert ask(old_world, moments["first"]).version == V1


def test_a_deployment_whose_approval_is_missing_from_the_log_shows_none(old_world: World, moments: Moments) -> None:
    bodies = [body for body in old_world.registry.journal.bodies() if b"approval." not in body]
    answer = as_of(bodies, MODEL, moments["second"])
    assert (answer.version, answer.approvers, answer.evidence_digest) == (V2, (), None)
    bodies = [body for body in old_world.registry.journal.bodies() if b'"type":"verdicts.recorded"' not in body]
    assert as_of(bodies, MODEL, moments["second"]).standards == ()
    bodies = [body for body in old_world.registry.journal.bodies() if b'"table":"version"' not in body]
    assert as_of(bodies, MODEL, moments["second"]).number is None


def test_a_slot_is_found_by_the_name_of_its_model(old_world: World, moments: Moments) -> None:
    snapshot = slot_as_of(old_world.registry, "delay", moments["second"])
    assert snapshot == ask(old_world, moments["second"])
    assert slot_as_of(old_world.registry, "delay", moments["second"], environment="staging").version is None


def test_a_slot_is_shown_from_the_events_that_were_recorded_by_a_moment(old_world: World, moments: Moments) -> None:
    now = datetime.now(UTC)
    assert slot_as_of(old_world.registry, "delay", moments["second"], now) == ask(old_world, moments["second"])
    with pytest.raises(NotFoundError, match="was not registered by"):
        slot_as_of(old_world.registry, "delay", moments["second"], old_world.now)
    assert slot_as_recorded(old_world.registry, "delay", now) == ask(old_world, now, by="recorded")
