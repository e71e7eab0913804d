"""What a run shows of a request: its outcome, its digests, and each vote with its person and proof, text escaped."""

from __future__ import annotations

from data.records.approval import ApprovalRequest, Vote
from tests.world import World
from views.forms.request_outcome import decision_lines

HOSTILE = "no | ![x](http://evil.example)\n| approve |"
INERT = r"no \| \!\[x\]\(http:<!-- -->//evil.example\) \| approve \|"


def test_a_vote_is_shown_with_its_person_and_proof(world: World) -> None:
    with world.registry.session():
        request = world.requested()
        world.decide(request, "alma", "reject", comment=HOSTILE)
        ended, votes = world.get(ApprovalRequest, request.key), world.find(Vote, request=request.key)
    lines = decision_lines(ended, votes)
    assert lines[0] == f"### Request to deploy ops/delay v1: rejected: “{INERT}”"
    assert lines[-1] == f"| {world.now:%Y-%m-%d %H:%M} | Alma (alma) | approver | **reject** | totp | “{INERT}” |"


def test_a_vote_of_a_deputy_names_the_person_represented(world: World) -> None:
    with world.registry.session():
        request = world.requested()
        world.decide(request, "alma", "reject", comment=HOSTILE)
        (vote,) = world.find(Vote, request=request.key)
    lines = decision_lines(request, [vote.model_copy(update={"deputy_of": "b_la"})])
    assert r" | approver, as deputy of b\_la | " in lines[-1]


def test_a_request_without_votes_says_so(world: World) -> None:
    assert decision_lines(world.requested(), [])[-1] == "Nobody has voted."
