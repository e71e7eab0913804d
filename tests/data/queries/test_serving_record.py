"""The record names each slot with a manifest, the version in it, and the event that says so."""

from __future__ import annotations

import duckdb
import pytest

from data.queries.serving_record import serving_record
from tests.operations import MANIFEST, begin, deployed, suspend
from tests.world import MODEL, World

pytestmark = pytest.mark.closed_registry


def test_a_slot_has_its_version_its_event_and_what_changes_it(world: World) -> None:
    assert serving_record(world.registry).slots == ()
    version = deployed(world).version
    record = serving_record(world.registry)
    (slot,) = record.slots
    assert slot.version is not None
    assert (slot.version.key, slot.slot.manifest_digest, slot.in_progress) == (version, MANIFEST, False)
    assert slot.event == world.events("deployment.completed")[-1]["seq"]
    assert (slot.address.model, record.origin, record.edited, record.changing) == (
        MODEL, world.events()[0]["log"], (), frozenset(),
    )  # fmt: skip
    begin(world, "suspend", None, "op-s")
    record = serving_record(world.registry)
    assert (record.slots[0].in_progress, record.changing) == (True, frozenset({MODEL}))


def test_an_empty_slot_has_no_version_and_an_edited_row_is_named(world: World) -> None:
    deployed(world)
    suspend(world)
    assert serving_record(world.registry).slots[0].version is None
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute(f"UPDATE slot SET version = '{MODEL}/versions/1'")
    assert serving_record(world.registry).edited == (f"slot {MODEL}/slots/production/champion",)
