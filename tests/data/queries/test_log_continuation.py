"""Two checkpoints are proved to be of one history, or the message says which of them the registry contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data.audit import keys
from data.audit.note import sign_checkpoint
from data.audit.standalone.proof_verification import verify_consistency_proof
from data.errors import InputError, NotFoundError
from data.queries.log_continuation import prove_continuation
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def kept(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that only the tests of this file use, and that they do not change."""
    with pytest.MonkeyPatch.context() as patch:
        yield founded.copy(tmp_path_factory.mktemp("continued") / "home", patch)


def sizes(world: World) -> list[int]:
    with world.registry.store.reading() as connection:
        return [size for (size,) in connection.execute("SELECT size FROM checkpoint ORDER BY size").fetchall()]


def written(world: World, folder: Path, size: int, root: bytes | None = None) -> Path:
    """Write the checkpoint of the registry of this size, or one with another root that the stolen key signed."""
    with world.registry.store.reading() as connection:
        row = connection.execute("SELECT note FROM checkpoint WHERE size = ?", [size]).fetchone()
    note = row[0] if row else ""
    if root is not None:
        origin = world.registry.head().origin
        note = sign_checkpoint(origin, size, root, keys.load(world.home.keys, origin))
    path = folder / f"note-{size}-{'own' if root is None else root.hex()[:4]}"
    path.write_text(note, "utf-8")
    return path


def test_each_later_checkpoint_continues_each_earlier_one(kept: World, tmp_path: Path) -> None:
    known, proof = sizes(kept), tmp_path / "proof"
    key = str(kept.events()[0]["data"]["vkey"])
    for old, new in ((known[0], known[1]), (known[3], known[-1]), (known[-2], known[-1]), (known[4], known[4])):
        found = prove_continuation(kept.registry, str(old), str(new))
        assert (found.ok, found.old_size, found.new_size) == (True, old, new)
        proof.write_text(found.text, "utf-8")
        assert verify_consistency_proof(proof, written(kept, tmp_path, old), [key]).ok
    assert prove_continuation(kept.registry, str(written(kept, tmp_path, known[2]))).new_size == known[-1]


def test_the_finding_names_the_checkpoint_that_is_not_of_this_history(kept: World, tmp_path: Path) -> None:
    known = sizes(kept)
    old, new, last = known[3], known[-2], known[-1]
    forged_old, forged_new = (str(written(kept, tmp_path, size, bytes(32))) for size in (old, new))
    beyond = str(written(kept, tmp_path, last + 5, bytes(32)))
    cases = {
        (forged_old, str(new)): f"history was rewritten after {forged_old}",
        (str(old), forged_new): f"are not those that {forged_new} states",
        (forged_old, forged_new): "are not those that",
        (str(new), str(old)): "it does not continue it",
        (str(new), forged_new): "the key signed two histories",
        (str(old), beyond): f"the registry has {last} events, fewer than the {last + 5}",
    }
    for (first, second), what in cases.items():
        found = prove_continuation(kept.registry, first, second)
        assert (found.ok, found.text) == (False, "")
        assert what in " ".join(found.findings)


def test_a_checkpoint_of_another_log_or_key_is_a_finding(kept: World, tmp_path: Path) -> None:
    origin, size = kept.registry.head().origin, sizes(kept)[3]
    for name, key in {origin: keys.SigningKey(origin, bytes(32)), "x": keys.SigningKey("x", bytes(32))}.items():
        path = tmp_path / "foreign"
        path.write_text(sign_checkpoint(name, size, bytes(32), key), "utf-8")
        (finding,) = prove_continuation(kept.registry, str(path)).findings
        assert ("belongs to the log x" if name == "x" else "has no valid signature") in finding


def test_what_is_no_checkpoint_is_refused(kept: World, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no checkpoint of size 999") as refused:
        prove_continuation(kept.registry, "999")
    assert str(sizes(kept)[-1]) in refused.value.remedy
    with pytest.raises(InputError):
        prove_continuation(kept.registry, str(tmp_path / "nowhere"))


def test_a_registry_whose_events_were_changed_proves_nothing(world: World) -> None:
    known = sizes(world)
    with duckdb.connect(str(world.home.database)) as connection:
        connection.execute("UPDATE audit_event SET leaf = sha256('x')::BLOB WHERE seq = ?", [known[-1] - 1])
    found = prove_continuation(world.registry, str(known[-2]), str(known[-1]))
    assert not found.ok
    assert "of the registry are not those" in found.findings[0]
