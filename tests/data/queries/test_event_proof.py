"""Every event of a registry can be proved, whatever checkpoint comes before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data.audit.standalone.proof_verification import verify_event_proof
from data.errors import AuditError, NotFoundError
from data.queries.event_proof import prove_event
from data.registry.commands.log import RecordRefusal
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def kept(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that only the reading tests of this file use."""
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(tmp_path_factory.mktemp("proofs") / "home", patch)
        for number in range(3):
            world.do(RecordRefusal(about="log", attempted=str(number), code="test", reason="a test"))
        yield world


def test_every_event_has_a_proof_that_the_stand_alone_verifier_accepts(kept: World, tmp_path: Path) -> None:
    events = kept.events()
    key = str(events[0]["data"]["vkey"])
    for event in events[-5:] + events[:1] + events[20:24]:
        proof = prove_event(kept.registry, event["seq"])
        path = tmp_path / proof.file_name
        path.write_text(proof.text, "utf-8")
        report = verify_event_proof(path, [key])
        assert (report.ok, report.index, report.is_sealed) == (True, event["seq"], True)
        assert (proof.id, proof.type, proof.subject) == (event["id"], event["type"], event["subject"])


def test_an_event_after_the_last_checkpoint_gets_one(world: World) -> None:
    world.do(RecordRefusal(about="log", attempted="last", code="test", reason="a test"))
    last = len(world.events()) - 1
    with world.registry.store.reading() as connection:
        assert connection.execute("SELECT max(size) FROM checkpoint").fetchone()[0] <= last  # type: ignore[index]
    assert prove_event(world.registry, last).size == last + 1
    assert prove_event(world.registry, last).size == last + 1


def test_an_event_is_named_by_its_number_or_its_id(kept: World) -> None:
    event = kept.events()[5]
    assert prove_event(kept.registry, "5") == prove_event(kept.registry, event["id"])
    for name in ("100000", "-1", "nothing", "9" * 30):
        with pytest.raises(NotFoundError, match="the log has no event"):
            prove_event(kept.registry, name)


@pytest.mark.parametrize("edit", [
    "UPDATE audit_event SET body = body || ' '::BLOB WHERE seq = 5",
    "UPDATE audit_event SET leaf = sha256('x')::BLOB WHERE seq = 5",
    "UPDATE checkpoint SET note = replace(note, chr(10) || size || chr(10), chr(10) || '7' || chr(10))",
    "UPDATE checkpoint SET frontier = left(frontier, 16) || repeat('0', length(frontier) - 16)",
])  # fmt: skip
def test_a_changed_registry_gives_no_proof(world: World, edit: str) -> None:
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute(edit)
    with pytest.raises(AuditError):
        prove_event(world.registry, 5)
