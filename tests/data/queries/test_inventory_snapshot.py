"""The content of the inventory page: every model with its versions and rows, from one snapshot."""

from __future__ import annotations

from data.queries.inventory_snapshot import inventory_snapshot
from data.records.approval import ApprovalRequest
from tests.world import MODEL, World


def test_the_versions_and_rows_of_each_model_are_found_by_its_key(world: World) -> None:
    request = world.requested()
    world.model("models/crm/churn")
    found = inventory_snapshot(world.home)
    assert [one.key for one in found.models] == ["models/crm/churn", MODEL]
    assert [one.version for one in found.listed[MODEL]] == [1]
    assert found.rows[ApprovalRequest][MODEL] == [request]
    assert "models/crm/churn" not in found.listed
    assert list(found.signatures) == [request.key]


def test_the_snapshot_has_log_size_and_verification_key(world: World) -> None:
    found = inventory_snapshot(world.home)
    assert found.log_size == len(world.events())
    assert found.vkey == world.events()[0]["data"]["vkey"]
    assert found.checkpoint.startswith(found.origin)
    assert "alma" in found.people
    assert found.time.is_replay


def test_without_a_checkpoint_the_note_is_empty(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("DELETE FROM checkpoint")
    assert not inventory_snapshot(world.home).checkpoint
