"""The content of a model's pages: its rows, its events and its measurements."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.model_snapshot import model_snapshot, model_snapshots
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.version import Version
from tests.operations import deployed
from tests.world import MODEL, World


def test_the_rows_below_a_model_are_found_by_kind_by_key_and_by_owner(world: World) -> None:
    deployment = deployed(world)
    found = model_snapshot(world.home, MODEL)
    (version,) = found.versions
    (request,) = found.all(ApprovalRequest)
    assert found.of(ApprovalRequest, version.key) == [request]
    assert found.get(Deployment, deployment.key) == deployment
    assert found.get(Deployment, version.key) is None
    assert found.get(Version, None) is None


def test_the_number_of_a_version_is_read_from_any_key_below_it(world: World) -> None:
    world.requested()
    found = model_snapshot(world.home, MODEL)
    keys = (f"{MODEL}/versions/12/requests/1", f"{MODEL}/versions/x", MODEL, None)
    assert [found.number_of(one) for one in keys] == [12, None, None, None]


def test_a_person_is_shown_with_the_id(world: World) -> None:
    world.model()
    found = model_snapshot(world.home, MODEL)
    assert (found.person("alma"), found.person("nobody"), found.person(None)) == ("Alma (alma)", "nobody", "")


def test_the_events_of_a_model_are_the_same_among_several_models(world: World) -> None:
    world.requested()
    world.model("models/crm/churn")
    both = list(model_snapshots(world.home, [MODEL, "models/crm/churn"]))
    assert both[0].events == model_snapshot(world.home, MODEL).events
    assert both[1].events == model_snapshot(world.home, "models/crm/churn").events
    assert {one.subject.split("/")[1] for one in both[1].events} == {"crm"}
    assert both[0].log_size == len(world.events())


def test_a_pending_request_has_its_missing_signatures(world: World) -> None:
    request = world.requested()
    found = model_snapshot(world.home, MODEL)
    assert found.signatures[request.key].eligible == ("Alma (alma)", "Axel (axel)")


def test_without_a_checkpoint_the_note_is_empty(world: World) -> None:
    world.model()
    with world.registry.store.transaction() as connection:
        connection.execute("DELETE FROM checkpoint")
    assert not model_snapshot(world.home, MODEL).checkpoint


def test_a_missing_model_raises_an_error(world: World) -> None:
    with pytest.raises(NotFoundError):
        model_snapshot(world.home, MODEL)
