"""Commands about approval requests and votes reject wrong fields, and their subject is a key."""

from __future__ import annotations

import pytest

from data.registry.command import Command
from data.registry.commands.approval import Decide, ExpireRequest, RequestApproval, WithdrawRequest
from tests.command_fields import is_refused

WRONG_FIELDS: dict[str, tuple[type[Command], str, object]] = {
    "a request without required roles": (RequestApproval, "required", ()),
    "an approval of zero days": (RequestApproval, "approval_days", 0),
    "a purpose that does not exist": (RequestApproval, "purpose", "promote"),
    "an unknown decision": (Decide, "decision", "approve!"),
    "a signature without meaning": (Decide, "meaning", ""),
    "a meaning that is too long": (Decide, "meaning", "x" * 501),
    "a comment that is too long": (Decide, "comment", "x" * 4_001),
    "a digest of seven digits": (Decide, "confirmed", "0" * 7),
    "a digest of 72 characters": (Decide, "confirmed", "0" * 72),
    "a code of 17 characters": (Decide, "proof", {"person": "alma", "code": "1" * 17}),
    "a withdrawal without a reason": (WithdrawRequest, "reason", ""),
    "an unknown field": (Decide, "sender", "alma"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_command_with_a_wrong_field_is_rejected(case: tuple[type[Command], str, object]) -> None:
    assert is_refused(*case)


def test_the_subject_of_a_command_is_the_key_of_its_request() -> None:
    assert ExpireRequest(key="models/a/b/versions/1/requests/1").subject == "models/a/b/versions/1/requests/1"
