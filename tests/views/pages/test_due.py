"""What is due is listed once, for the person who must act, the earliest due time first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from data.queries.pending_signatures import pending_signatures
from data.records.approval import ApprovalRequest, Vote
from data.records.person import Person
from data.records.review import Severity
from data.records.row import Row
from data.records.tables import TABLES, rows_of
from data.registry.commands.person import RevokePerson
from data.registry.commands.review import OpenFinding
from tests.operations import deployed, roll_back
from tests.world import MODEL, World
from views.evidence_address import model_page
from views.pages.due import DueItem, due_on
from views.pages.inventory_view import inventory_view
from views.pages.lifecycle_stage import stage_of
from views.pages.site import write_site


def due(world: World) -> list[DueItem]:
    with world.registry.reading() as state:
        rows: dict[type[Row], Sequence[Row]] = {kind: state.under(kind, MODEL) for kind in TABLES}
        requests, votes = rows_of(rows, ApprovalRequest), rows_of(rows, Vote)
        found = pending_signatures(state, requests, votes, state.find(Person), world.now)
    unnamed = {key: replace(one, eligible=None) for key, one in found.items()}
    return due_on(rows, "olga", world.now, unnamed)


def only(world: World, word: str) -> DueItem:
    (found,) = [one for one in due(world) if word in one.what]
    return found


def test_nothing_is_due_on_a_model_without_a_version(world: World) -> None:
    world.model()
    assert due(world) == []


def test_a_request_waits_for_the_roles_that_have_not_signed(world: World) -> None:
    request = world.requested()
    assert only(world, "Approval to deploy v1").waits_for == "2 × approver"
    world.decide(request, "alma")
    item = only(world, "Approval to deploy v1")
    assert (item.waits_for, item.requested_by, item.urgency) == ("1 × approver", "dev", "soon")
    assert item.page == "models/ops/delay/1.html#request-1"
    world.decide(request, "axel")
    assert not [one for one in due(world) if "Approval to" in one.what]


def test_the_vote_of_a_person_who_left_the_roster_does_not_count(world: World, tmp_path: Path) -> None:
    request = world.requested()
    world.decide(request, "alma")
    world.do(RevokePerson(person="alma", reason="left", proof=world.proof("adam")), by="adam")
    assert only(world, "Approval to deploy v1").waits_for == "2 × approver"
    (line,) = inventory_view(world.home).lines
    assert line.due[0].waits_for.startswith("2 × approver")
    write_site(world.home, tmp_path / "pages")
    assert "2 × approver: Axel" in (tmp_path / "pages" / model_page(MODEL)).read_text("utf-8")


def test_an_expired_item_is_late_and_comes_first(world: World) -> None:
    version = world.validated()
    for days in (2, 90):
        command = OpenFinding(
            version=version, title="a", text="b", owner="dev", severity=Severity.LOW, due_at=world.now + timedelta(days)
        )
        world.do(command, by="vera")
    world.move(days=3)
    assert [one.urgency for one in due(world)] == ["late", "later"]
    assert due(world)[0].waits_for == "dev"


def test_a_rollback_waits_for_another_person_and_its_incident_for_an_approver(world: World) -> None:
    first = deployed(world)
    deployed(world, "op-2", version=world.validated(world.version()))
    roll_back(world, first.version)
    assert only(world, "ratified").waits_for == "somebody other than the person who acted"
    assert only(world, "incident").waits_for == "an approver"


def test_an_approval_that_will_expire_waits_for_the_owner(world: World) -> None:
    deployed(world)
    assert only(world, "expires").waits_for == "olga"
    world.move(days=91)
    assert only(world, "expired").urgency == "late"


def stage(world: World) -> str:
    (line,) = inventory_view(world.home).lines
    return line.stage


def test_a_model_is_listed_at_its_stage(world: World) -> None:
    world.model()
    assert stage(world) == "no version"
    world.validated()
    assert stage(world) == "in review"
    deployed(world, environment="staging")
    assert stage(world) == "in another environment"
    deployed(world, "op-2", version=world.validated(world.version()))
    assert stage(world) == "in production"
    assert stage_of("retired", ()) == "retired"
