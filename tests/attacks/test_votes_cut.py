"""Attack: the owner of the host, who has the key and can write database, journal and every anchor, cuts a vote from the
log or changes it, and goes on as if nothing had happened.

Result: Found, by the receipt that the approver kept: the registry and each export contradict it, although they agree
with themselves. Without a receipt, or an anchor that this person cannot write, it is not found.
Caught in: `data/queries/event_proof.py`, `data/audit/verifier/since.py`: `audit verify --since`, `audit consistency`,
`verify.py --proof`
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from data.audit.standalone.export_verification import verify_export
from data.audit.standalone.proof_verification import verify_event_proof
from data.files.home import Home
from data.queries.log_continuation import prove_continuation
from data.queries.verification import verify_registry, verify_registry_since
from data.queries.vote_proofs import vote_proofs
from data.records.approval import ApprovalRequest
from data.registry.commands.approval import WithdrawRequest
from data.registry.export import export_registry
from data.registry.registry import Registry
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


@dataclass(frozen=True)
class Voted:
    """A world in which alma rejected a request, the home as it was before her vote, and her receipt."""

    world: World
    before: Path
    receipt: Path
    seq: int
    request: ApprovalRequest


@pytest.fixture(scope="module")
def voted(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voted]:
    root = tmp_path_factory.mktemp("voted")
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(root / "home", patch)
        with world.registry.session():
            request = world.requested()
        shutil.copytree(world.home.root, root / "before")
        world.decide(request, "alma", "reject", comment="the data end too early")
        (found,) = vote_proofs(world.registry, request.key, "alma")
        receipt = root / found.file_name
        receipt.write_text(found.proof.text, "utf-8")
        world.registry.checkpoint()
        yield Voted(world, root / "before", receipt, found.proof.seq, request)


@pytest.fixture
def forged(voted: Voted, tmp_path: Path) -> World:
    """The home as it was before the vote, with its journal, its anchor and its key."""
    shutil.copytree(voted.before, tmp_path / "forged")
    return World(tmp_path / "forged", voted.world.now)


def withdraw(world: World, voted: Voted) -> None:
    """Withdraw the request instead, so that the log becomes longer than it was with the vote."""
    command = WithdrawRequest(key=voted.request.key, reason="a slip of the pen")
    world.do(command, run_id=voted.request.run_id)
    for _ in range(3):
        world.model(f"models/ops/other-{world.registry.head().size}")
    world.registry.checkpoint()


HISTORIES: dict[str, Callable[[World, Voted], None]] = {
    "the vote and all after it cut": lambda world, voted: None,
    "another history in place of the vote": withdraw,
}


@pytest.mark.parametrize("go_on", HISTORIES.values(), ids=HISTORIES)
def test_a_log_without_the_vote_agrees_with_itself_and_contradicts_the_receipt(
    go_on: Callable[[World, Voted], None], voted: Voted, forged: World, tmp_path: Path
) -> None:
    go_on(forged, voted)
    registry = Registry(Home(forged.home.root))
    assert verify_registry(registry, deep=False).ok  # everything is there for whoever kept nothing
    report = verify_registry_since(registry, voted.receipt)
    assert not report.ok
    assert any("history was rewritten" in one.what or "are missing" in one.what for one in report.findings)
    assert not prove_continuation(registry, str(voted.receipt)).ok
    export_registry(registry, tmp_path / "export")
    faults = verify_export(tmp_path / "export", own_anchors=[voted.receipt]).faults
    assert str(voted.receipt) in {fault.place for fault in faults}


def test_the_genuine_log_agrees_with_the_receipt(voted: Voted, tmp_path: Path) -> None:
    registry = voted.world.registry
    report = verify_registry_since(registry, voted.receipt)
    assert (report.ok, report.findings) == (True, [])
    assert prove_continuation(registry, str(voted.receipt)).ok
    export_registry(registry, tmp_path / "export")
    report_of_export = verify_export(tmp_path / "export", own_anchors=[voted.receipt])
    assert str(voted.receipt) not in {fault.place for fault in report_of_export.faults}
    assert report_of_export.own_proofs == 1


def test_a_vote_that_was_changed_in_the_database_contradicts_the_receipt(
    voted: Voted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(voted.world.home.root, tmp_path / "changed")
    home = Home(tmp_path / "changed")
    with duckdb.connect(str(home.database)) as connection:
        edit = "UPDATE audit_event SET body = replace(body::VARCHAR, 'reject', 'recuse')::BLOB WHERE seq = ?"
        connection.execute(edit, [voted.seq])
    report = verify_registry_since(Registry(home), voted.receipt)
    assert (report.ok, report.first_bad_seq) == (False, voted.seq)


def test_a_receipt_that_was_changed_proves_nothing(voted: Voted, tmp_path: Path) -> None:
    genuine = voted.receipt.read_bytes()
    places = {len(genuine) // 20 * part for part in range(20)} - {len(genuine)}
    for place in places:
        changed = tmp_path / "changed"
        changed.write_bytes(genuine[:place] + bytes([genuine[place] ^ 1]) + genuine[place + 1 :])
        assert not verify_event_proof(changed).ok
