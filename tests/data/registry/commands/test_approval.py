"""Requests and decisions: what these commands do not even take, and what they are about."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.approval import Decide, ExpireRequest, RequestApproval, WithdrawRequest
from tests.csp_checks import is_refused

CLOSED: dict[str, tuple[type[Command], str, object]] = {
    "a request that asks nobody": (RequestApproval, "required", ()),
    "an approval of zero days": (RequestApproval, "approval_days", 0),
    "a purpose nobody knows": (RequestApproval, "purpose", "promote"),
    "a decision nobody knows": (Decide, "decision", "approve!"),
    "a signature without meaning": (Decide, "meaning", ""),
    "a meaning that goes on": (Decide, "meaning", "x" * 501),
    "a comment that goes on": (Decide, "comment", "x" * 4_001),
    "a digest of seven digits": (Decide, "confirmed", "0" * 7),
    "a digest longer than any": (Decide, "confirmed", "0" * 72),
    "a code longer than any": (Decide, "proof", {"person": "alma", "code": "1" * 17}),
    "a withdrawal without a reason": (WithdrawRequest, "reason", ""),
    "a sender beside the proof": (Decide, "sender", "alma"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED)
def test_the_door_is_closed_to(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_what_it_is_about() -> None:
    assert ExpireRequest(key="models/a/b/versions/1/requests/1").subject == "models/a/b/versions/1/requests/1"
