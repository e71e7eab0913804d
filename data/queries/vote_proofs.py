"""The receipts of an approval request: the proof of each vote on it, and who voted what."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import NotFoundError
from data.queries.event_proof import prove_event
from data.queries.lookup import find_row, reference
from data.records.approval import ApprovalRequest, Vote
from data.records.event_proof import EventProof
from data.registry.registry import Registry
from data.registry.state import State

_VOTES = "SELECT seq FROM audit_event WHERE subject = ? AND type = 'approval.decided' ORDER BY seq"


@dataclass(frozen=True)
class VoteProof:
    """One vote and the proof of its event."""

    vote: Vote
    proof: EventProof

    @property
    def file_name(self) -> str:
        """The usual name of the file, with the person who voted."""
        return f"vote-{self.vote.person}-{self.proof.file_name}"


def vote_proofs(registry: Registry, request: str, person: str = "") -> list[VoteProof]:
    """Return the proof of each vote on a request, or of the votes of one person, in their order.

    `request` is its key or reference (`model/3#1`). Raises NotFoundError for another request and if there is no such
    vote, InputError, and as `prove_event` does.
    """
    with registry.store.reading() as connection:
        state = State(connection)
        key = find_row(state, ApprovalRequest, request).key
        votes = sorted(state.find(Vote, request=key), key=lambda vote: int(vote.key.rpartition("/")[2]))
        events = [seq for (seq,) in connection.execute(_VOTES, [key]).fetchall()]
    found = [(vote, seq) for vote, seq in zip(votes, events, strict=True) if not person or vote.person == person]
    if not found:
        by = f" of {person}" if person else ""
        remedy = f"run `modelward approvals show {reference(key)}` for its votes"
        raise NotFoundError(f"there is no vote{by} on {reference(key)}", remedy)
    return [VoteProof(vote, prove_event(registry, seq)) for vote, seq in found]
