"""People, roles and credentials as they are stored."""

from __future__ import annotations

import pytest

from data.records.person import Actor, Credential, Person, RoleGrant
from data.records.row import Frozen
from tests.stored_words import choices

WORDS: dict[tuple[type[Frozen], str], str] = {
    (RoleGrant, "role"): (
        "developer | owner | validator | approver | operator | risk-acceptor | administrator | auditor"
    ),
    (Actor, "auth"): "os-user | totp | ssh | service",
    (Person, "state"): "active | revoked",
    (Credential, "kind"): "totp | ssh",
    (Credential, "state"): "active | revoked",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Frozen], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_an_actor_is_an_operating_system_user_by_default() -> None:
    assert Actor(id="ana").auth == "os-user"


def test_a_credential_has_no_field_for_a_seed() -> None:
    assert not [name for name in Credential.model_fields if "seed" in name or "secret" in name]
