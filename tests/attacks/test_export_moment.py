"""Attack: the registry is written to while it is exported, so that its parts are of different moments.

Result: Prevented: an export is of one moment.
Caught in: `data/registry/snapshot.py`
"""

from __future__ import annotations

import pytest

from data.audit.standalone.export_verification import verify_export
from data.registry import export as module
from data.registry.export import export_registry
from tests.exports import store_documents
from tests.world import World


def test_an_event_recorded_during_the_export_is_not_in_it_and_does_not_spoil_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_documents(world)
    before, write_tables = len(world.events()), module.write_tables

    def write_meanwhile(*arguments: object) -> int:
        world.version()
        world.registry.checkpoint()
        return write_tables(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "write_tables", write_meanwhile)
    target = world.home.root.parent / "out"
    assert export_registry(world.registry, target).report.ok
    report = verify_export(target)
    assert (report.ok, report.events) == (True, before)
    assert len(world.events()) > before
