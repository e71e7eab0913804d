"""The key of the log signs only a manifest that the record supports."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from data.audit.serving_statement import verified_statement
from data.errors import AlteredRowError, PublishError
from data.files.manifest import Manifest
from data.queries.serving_record import serving_record
from data.records.version import Version
from data.registry.manifest_signer import RecordedManifestSigner
from tests.operations import Preparations, begin_deploy
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry
V1 = f"{MODEL}/versions/1"
DIGEST = "sha256:" + "d" * 64


@pytest.fixture(scope="module")
def preparations(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The world with the deployment of version 1 under way."""
    ways = {"begun": lambda world: begin_deploy(world, world.approved())}
    return Preparations(founded, tmp_path_factory.mktemp("preparations"), ways)


@pytest.fixture
def world(preparations: Preparations, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of that world for one test."""
    return preparations.template("begun").copy(tmp_path / "home", monkeypatch)


def manifest(world: World, **changes: Any) -> Manifest:
    artifact = world.get(Version, V1).artifact.digest
    fields: dict[str, Any] = {
        "model": MODEL, "version": V1, "digest": artifact, "path": "/somewhere", "environment": "production",
        "slot": "champion", "use": "planning", "published_at": world.now, "run_id": "op-1",
    }  # fmt: skip
    return Manifest(**{**fields, **changes})


def test_the_manifest_of_the_operation_under_way_is_signed_with_its_event(world: World) -> None:
    note = RecordedManifestSigner(world.registry).sign(manifest(world), DIGEST)
    statement = verified_statement(note, serving_record(world.registry).vkey)
    assert (statement.version, statement.manifest, statement.state) == (V1, DIGEST, "serving")
    assert statement.event == world.events("operation.begun")[-1]["seq"]


OTHERS: dict[str, dict[str, Any]] = {
    "another run": {"run_id": "op-2"},
    "another slot": {"slot": "shadow"},
    "another environment": {"environment": "staging"},
    "another version": {"version": f"{MODEL}/versions/2"},
    "another artifact": {"digest": "sha256:" + "0" * 64},
    "another state": {"state": "withdrawn", "version": None, "digest": None, "path": None},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
def test_a_manifest_that_the_record_does_not_support_is_not_signed(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="the record does not say that"):
        RecordedManifestSigner(world.registry).sign(manifest(world, **changes), DIGEST)


def test_nothing_is_signed_for_an_operation_whose_row_was_edited(world: World) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute("UPDATE operation SET slot = 'shadow'")
    with pytest.raises(AlteredRowError, match="operation"):
        RecordedManifestSigner(world.registry).sign(manifest(world, slot="shadow"), DIGEST)
