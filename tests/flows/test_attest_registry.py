"""A registry without discrepancy is attested; with a discrepancy nothing is recorded."""

from __future__ import annotations

import duckdb
import pytest

from data.audit.verifier.verification import verify
from data.errors import AuditError
from data.files.home import Home
from data.records.log import Attestation
from flows.attest_registry import attest_registry
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.world import World


def test_a_sound_registry_is_attested_with_a_backup_that_restores(world: World) -> None:
    events = len(world.events())
    key = attest_registry()
    compare_graph("attest_registry", "a registry without discrepancy")
    row = world.get(Attestation, key)
    assert (row.events, row.anchored, row.assurance) == (events, events, "local")
    assert f"| Events | {events:,}, of which {events:,} are anchored |" in newest_artifact("attestation")
    (folder,) = world.home.backups.iterdir()
    copy = Home(folder)
    report = verify(copy.database, copy.journal, [("local", copy.anchor)], None, deep=True)
    assert (report.ok, report.anchored) == (True, events)
    anchors = [("local", world.home.anchor)]
    assert verify(world.home.database, world.home.journal, anchors, world.home.artifacts, deep=True).ok


def test_in_a_replay_registry_an_attestation_has_a_replayed_time(world: World) -> None:
    newest = world.events()[-1]["effective_at"]
    attest_registry()
    assert world.events("log.attested")[-1]["effective_at"] == newest


def test_a_changed_row_is_found_and_no_attestation_is_recorded(world: World) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute("UPDATE person SET name = 'Mallory' WHERE person = 'alma'")
    with pytest.raises(AuditError, match="person"):
        attest_registry()
    compare_graph("attest_registry", "a changed row")
    assert world.find(Attestation) == []
    assert not world.home.backups.exists()
