"""Commands and results: the proof in a command, its subject, and the removal of secrets from a result."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from data.records.events import EventType
from data.records.person import Actor, Person
from data.registry.command import Command, CommandResult, Context, Proof, without_secrets
from data.registry.commands.approval import ExpireRequest
from data.registry.commands.log import AdoptStandard, CreateLog
from data.registry.commands.review import CloseFinding
from data.registry.seeds import SeedVault

NOW = datetime(2013, 3, 1, tzinfo=UTC)
PROOF = Proof(person="alma", code="123456")


def test_the_proof_of_a_command_is_found() -> None:
    adopting = {"standard": "s", "version": 1, "title": "t", "digest": "d", "controls": 1}
    assert CloseFinding(key="k", proof=PROOF).claimed == PROOF
    assert ExpireRequest(key="k").claimed is None
    assert AdoptStandard.model_validate(adopting).claimed is None


def test_a_code_is_not_in_the_repr() -> None:
    assert "123456" not in repr(CloseFinding(key="k", proof=PROOF)) + str(PROOF)


@pytest.mark.parametrize("fields", [{"person": "a" * 129, "code": "1"}, {"person": "a", "code": "1" * 17}])
def test_a_proof_with_a_field_that_is_too_long_is_rejected(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Proof.model_validate(fields)


def test_the_subject_of_a_command_without_an_object_is_the_registry() -> None:
    genesis = CreateLog(origin="o", vkey="v", recovery_vkey="r", log_id="l", clock="wall")
    assert genesis.subject == "registry"
    assert issubclass(CreateLog, Command)


def test_the_person_of_a_context_is_its_actor(tmp_path: Path) -> None:
    assert Context(Actor(id="ana"), NOW, "", SeedVault(tmp_path)).person == "ana"


def test_only_secrets_are_removed_from_a_result() -> None:
    row = Person(key="people/ana", person="ana", name="AKIAABCDEFGHIJKLMNOP", added_at=NOW, added_by="adam")
    result = CommandResult(EventType.PERSON_ADDED, row.key, (row,), {"password": "x", "reason": "y"}, {"evidence": "z"})
    clean = without_secrets(result)
    assert clean.rows == (row.model_copy(update={"name": "[redacted]"}),)
    assert (clean.data, clean.refs) == ({"password": "[redacted]", "reason": "y"}, {"evidence": "z"})
    assert (clean.event, clean.subject, clean.unchanged) == (result.event, result.subject, False)
