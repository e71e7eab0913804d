"""Each slot is compared with the record: manifest, note and bytes; what an operation changes now is not compared."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from data.files.manifest import digest_of
from data.queries.serving_comparison import compare_serving
from data.queries.serving_record import serving_record
from data.records.monitoring import REGISTRY
from data.registry.manifest_signer import sign_slots
from tests.operations import begin, deployed
from tests.served_slot import ServedSlot, publish
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def template(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world in which version 1 was published."""
    root = tmp_path_factory.mktemp("published") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = founded.copy(root, monkeypatch)
        publish(world, "run-1")
    return Template(root, world.now)


@pytest.fixture
def served(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServedSlot:
    """A copy of that world; its manifest names bytes in the home of the template."""
    return ServedSlot(template.copy(tmp_path / "home", monkeypatch))


def test_a_slot_that_an_operation_changes_is_named_and_not_compared(served: ServedSlot) -> None:
    begin(served.world, "suspend", None, "op-s")
    served.manifest.unlink()
    compared = compare_serving(served.registry)
    assert (compared.compared, compared.in_progress) == (0, ("production champion of ops/delay",))
    assert (compared.differences, compared.unsigned, compared.sound) == ((), (), ())


def test_without_bytes_the_manifest_and_its_note_alone_are_compared(served: ServedSlot) -> None:
    compared = compare_serving(served.registry, hash_bytes=False)
    assert (compared.compared, compared.differences) == (1, ())
    served.note.write_bytes(b"")
    (difference,) = compare_serving(served.registry, hash_bytes=False).differences
    assert (difference.kind, difference.model, difference.version) == ("serving", MODEL, f"{MODEL}/versions/1")
    assert "remove this note, then run `modelward reconcile`" in difference.remedy


def test_a_deployment_without_any_manifest_differs(world: World) -> None:
    deployed(world)
    (difference,) = compare_serving(world.registry).differences
    assert difference.what == (
        "production champion of ops/delay: it has no manifest, and the record says that ops/delay v1 serves"
    )
    assert sign_slots(world.registry, [one.slot for one in serving_record(world.registry).slots]) == 0


def test_a_slot_that_was_edited_in_the_registry_too_is_found(served: ServedSlot) -> None:
    text = served.manifest.read_text().replace("planning", "trading")
    served.manifest.write_text(text)
    with duckdb.connect(str(served.world.home.database)) as connection:
        connection.execute("UPDATE slot SET manifest_digest = ?", [digest_of(text)])
    found = compare_serving(served.registry, hash_bytes=False).differences
    edited = [one.what for one in found if one.model == REGISTRY]
    assert edited == [f"the registry differs from its log in slot {MODEL}/slots/production/champion"]
