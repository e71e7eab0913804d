"""The receipts of a request are the proofs of its votes, each with the person who voted."""

from __future__ import annotations

import json

import pytest

from data.audit.standalone.proof_file import read_inclusion
from data.errors import NotFoundError
from data.queries.vote_proofs import vote_proofs
from tests.world import World


def test_each_vote_has_its_receipt(world: World) -> None:
    with world.registry.session():
        request = world.approved()
    found = vote_proofs(world.registry, "delay/1#1")
    assert [one.vote.person for one in found] == ["alma", "axel"]
    assert [one.file_name for one in found] == [
        f"vote-{one.vote.person}-event-{one.proof.seq}.tlog-proof" for one in found
    ]
    for receipt in found:
        proof = read_inclusion(receipt.proof.text)
        fields = proof.event_fields() if proof else None
        assert fields is not None
        assert json.loads(fields["body"])["data"]["statement"]["approver"] == receipt.vote.person
    assert vote_proofs(world.registry, request.key, "axel") == found[1:]


def test_a_request_without_such_a_vote_has_no_receipt(world: World) -> None:
    with world.registry.session():
        request = world.requested()
    with pytest.raises(NotFoundError, match="there is no vote on ops/delay/1#1"):
        vote_proofs(world.registry, request.key)
    with pytest.raises(NotFoundError, match="there is no vote of eve"):
        vote_proofs(world.registry, request.key, "eve")
