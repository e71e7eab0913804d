"""The inventory shows every model on one line: its stage, the serving versions, what is due, and what is open."""

from __future__ import annotations

from datetime import timedelta

from data.registry.commands.review import OpenFinding
from tests.operations import deployed
from tests.world import MODEL, World
from views.evidence_address import model_page
from views.pages.inventory_view import InventoryLine, inventory_view


def line(world: World) -> InventoryLine:
    (found,) = inventory_view(world.home).lines
    return found


def test_the_lines_are_in_the_order_of_the_names(world: World) -> None:
    world.model()
    world.model("models/crm/churn")
    assert [one.name for one in inventory_view(world.home).lines] == ["crm/churn", "ops/delay"]


def test_a_line_names_the_model_its_page_its_stage_and_its_versions(world: World) -> None:
    world.version()
    shown = line(world)
    assert (shown.key, shown.name, shown.page) == (MODEL, "ops/delay", model_page(MODEL))
    assert (shown.stage, [one.version for one in shown.versions]) == ("in review", [1])


def test_what_serves_is_shown_with_its_environment_and_slot(world: World) -> None:
    deployed(world)
    assert [(one.version, where) for one, where in line(world).serving] == [(1, "production, champion")]


def test_a_line_shows_what_is_due_and_its_urgency(world: World) -> None:
    version = world.validated()
    for days in (2, 20):
        due_at = world.now + timedelta(days=days)
        command = OpenFinding(version=version, severity="low", title="a", text="b", owner="dev", due_at=due_at)
        world.do(command, by="vera")
        world.move(days=3)
    shown = line(world)
    assert (shown.open_findings, shown.open_alerts, shown.open_incidents) == (2, 0, 0)
    assert (len(shown.due), shown.urgency) == (2, ("late", "soon"))


def test_a_pending_request_that_few_people_can_sign_names_them_all(world: World) -> None:
    world.requested()
    shown = line(world)
    assert shown.names_all
    assert "Alma (alma)" in shown.due[0].waits_for


def test_the_filters_offer_only_what_occurs(world: World) -> None:
    world.version()
    world.model("models/crm/churn", owner="dev", tier=3)
    view = inventory_view(world.home)
    assert (view.stages, view.tiers) == (["in review", "no version"], [2, 3])
    assert (view.owners, view.owner_numbers) == (["dev", "olga"], {"dev": 0, "olga": 1})


def test_what_is_due_on_all_models_is_sorted_by_due_time(world: World) -> None:
    world.requested()
    world.requested(world.validated(world.version(world.model("models/crm/churn"))))
    moments = [item.at for item in inventory_view(world.home).due if item.at is not None]
    assert len({item.model for item in inventory_view(world.home).due}) == 2
    assert moments == sorted(moments)


def test_a_person_is_shown_with_name_and_id_and_an_unknown_id_alone(world: World) -> None:
    view = inventory_view(world.home)
    assert (view.person("alma"), view.person("nobody"), view.person(None)) == ("Alma (alma)", "nobody", "")
