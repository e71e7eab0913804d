"""Attack: somebody reads the one-time code of an answer that was refused, and uses it elsewhere while it is valid.

Result: Prevented: a right code that the registry has seen is used, whatever becomes of its command; the use is an event
Caught in: `data/registry/command_batch.py`, `data/registry/rules/proof.py`
"""

from __future__ import annotations

import pytest

from data.errors import AlteredRowError, LockedOutError, ModelwardError, NotAuthorisedError, ProofError
from data.queries.verification import verify_registry
from data.records.approval import ApprovalRequest
from data.records.person import Credential
from data.registry.approvals import request_digest
from data.registry.command import Proof
from data.registry.commands.person import GrantRole
from data.registry.registry import Registry
from tests.operations import prepared
from tests.world import Template, World

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def asking(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, ApprovalRequest]:
    """A world with a pending request; the tests run in their order."""
    template = prepared(founded, tmp_path_factory.mktemp("asking") / "home", lambda world: world.requested())
    world = World(template.root, template.now)
    return world, world.find(ApprovalRequest)[0]


def credential(world: World, person: str) -> Credential:
    return world.find(Credential, person=person)[-1]


def refuse(world: World, request: ApprovalRequest, proof: Proof, kind: type[ModelwardError], **changes: object) -> None:
    with pytest.raises(kind):
        world.decide(request, proof.person, proof=proof, **changes)


def test_the_code_of_a_refused_answer_cannot_be_used_again(asking: tuple[World, ApprovalRequest]) -> None:
    world, request = asking
    proof = world.proof("alma")
    before = credential(world, "alma").last_step
    refuse(world, request, proof, ModelwardError, confirmed="00000000")
    after = credential(world, "alma")
    event = world.events("credential.used")[-1]
    assert (event["subject"], event["data"]) == ("people/alma", {"attempted": "decide"})
    assert (after.last_step > before, len(after.failed_at)) == (True, 1)
    with pytest.raises(ProofError, match="was used already"):
        world.decide(request, "alma", proof=proof)


def test_the_code_of_a_person_without_the_role_is_used_too(asking: tuple[World, ApprovalRequest]) -> None:
    world, request = asking
    proof = world.proof("ada")
    refuse(world, request, proof, NotAuthorisedError)
    with pytest.raises(ProofError, match="was used already"):
        world.do(GrantRole(person="outsider", role="approver", proof=proof), by="ada")


def test_a_wrong_a_used_and_a_locked_code_leave_no_such_event(asking: tuple[World, ApprovalRequest]) -> None:
    world, request = asking
    known = len(world.events("credential.used"))
    used = world.proof("axel")
    refuse(world, request, used, ModelwardError, confirmed="00000000")
    refuse(world, request, used, ModelwardError, confirmed="00000000")
    for _ in range(5):
        refuse(world, request, Proof(person="axel", code="000000"), ProofError)
    refuse(world, request, world.proof("axel"), LockedOutError)
    assert len(world.events("credential.used")) == known + 1


def test_a_credential_that_was_edited_is_not_written_into_the_log(asking: tuple[World, ApprovalRequest]) -> None:
    world, request = asking
    known, step = len(world.events("credential.used")), credential(world, "vera").last_step
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE credential SET last_step = 5 WHERE person = 'vera'")
    with pytest.raises(AlteredRowError):
        world.decide(request, "vera")
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE credential SET last_step = ? WHERE person = 'vera'", [step])
    assert len(world.events("credential.used")) == known


def test_the_digest_of_a_request_covers_its_text_without_secrets(asking: tuple[World, ApprovalRequest]) -> None:
    """So a text that contains “[redacted]”, typed or not, cannot hide another digest from the verification."""
    world, _ = asking
    request = world.requested(world.validated(), use="with AKIA" + "ABCDEFGHIJ234567")
    assert request.use == "with [redacted]"
    assert request.request_digest == request_digest(request, world.registry.head().origin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.registry.rules.approval.request_digest", lambda *_: "sha256:" + "0" * 64)
        forged = world.requested(world.validated(), use="with [redacted]")
    report = verify_registry(Registry(world.home), deep=True)
    (finding,) = report.findings
    assert f"{forged.key} has request_digest" in finding.what
