"""Rules about the log: genesis, refusals, adopted standards, attestations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigurationError, InputError, ModelwardError, NotAuthorisedError, ProofError
from data.files.home import Home
from data.records.log import Attestation, Standard
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.command import Proof
from data.registry.commands.log import AdoptStandard, Attest, CreateLog, RecordRefusal
from data.registry.registry import Registry
from tests.replay import Replay
from tests.world import FOUNDED_AT, Template, World


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = founded.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def adopting(world: Replay, **changes: Any) -> AdoptStandard:
    fields = {"standard": "strict", "version": 1, "title": "Strict", "controls": 9}
    return AdoptStandard.model_validate({**fields, "digest": world.artifacts.put(b"id: strict"), **changes})


def test_a_standard_is_adopted_under_an_administrators_code(world: World) -> None:
    world.do(adopting(world, proof=world.proof("ada")), by="root")
    row = world.get(Standard, "standards/strict/1")
    event = world.events()[-1]
    assert (row.adopted_by, row.adopted_at, row.controls) == ("ada", world.now, 9)
    assert (event["refs"]["standard"], event["actor"]) == (row.digest, {"id": "ada", "auth": "totp"})


REFUSED: dict[str, tuple[dict[str, Any], type[ModelwardError], str]] = {
    "without a code": ({}, NotAuthorisedError, "one-time code of an administrator"),
    "with a wrong code": ({"proof": Proof(person="ada", code="000000")}, ProofError, "wrong"),
    "by an approver": ({"proof": Proof(person="alma", code="000000")}, NotAuthorisedError, "does not hold the role"),
    "another text under an adopted version": ({"standard": "baseline"}, InputError, "is adopted already"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_the_adoption_of_a_standard_is_refused(
    case: tuple[dict[str, Any], type[ModelwardError], str], world: World
) -> None:
    changes, error, words = case
    with pytest.raises(error, match=words):
        world.do(adopting(world, **changes))
    assert world.events()[-1]["data"]["attempted"] == "adopt standard"


@pytest.mark.parametrize("text, remedy", {b"id: strict": "leave it", b"id: other": "raise the version"}.items())
def test_the_remedy_for_an_adopted_version_depends_on_its_text(text: bytes, remedy: str, world: World) -> None:
    world.do(adopting(world, proof=world.proof("ada")), by="root")
    with pytest.raises(InputError, match=f"strict version 1 is adopted already.*\n  → {remedy}"):
        world.do(adopting(world, digest=world.artifacts.put(text)))


def test_the_next_version_of_a_standard_is_adopted_and_the_former_stays(world: World) -> None:
    world.do(adopting(world, standard="baseline", version=2, proof=world.proof("ada")))
    assert [row.version for row in world.find(Standard, standard="baseline")] == [1, 2]


def test_a_standard_needs_no_code_before_an_administrator_is_enrolled(tmp_path: Path) -> None:
    Registry(Home(tmp_path)).create(clock="replay")
    replay = Replay(tmp_path, FOUNDED_AT)
    replay.do(adopting(replay), by="root")
    assert replay.get(Standard, "standards/strict/1").adopted_by == "root"


def test_attestations_are_numbered(world: World) -> None:
    digest = world.artifacts.put(b"backup")
    for number in (1, 2):
        fields = {"events": 9, "anchored": 9, "assurance": "local", "restored_root": "r"}
        world.do(Attest.model_validate({**fields, "backup_digest": digest}), by="modelward")
        assert world.get(Attestation, f"attestations/{number}").attested_at == world.now
    assert world.events()[-1]["refs"]["backup"] == digest


def test_a_second_genesis_is_refused(world: World) -> None:
    again = CreateLog(origin="other", vkey="v", recovery_vkey="r", log_id="0" * 32, clock="wall")
    with pytest.raises(ConfigurationError, match="has a genesis event already"):
        world.do(again)
    assert world.events()[-1]["data"]["attempted"] == "create log"


def test_genesis_states_the_schema(world: World) -> None:
    assert world.events()[0]["data"]["schema"] >= 1


def test_a_secret_in_a_refusal_is_replaced(world: World) -> None:
    refusal = RecordRefusal(about="models/a/b", attempted="x", code="c", reason="key AKIAABCDEFGHIJKLMNOP leaked")
    world.registry.execute(refusal, RunContext(Actor(id="ana"), world.now))
    assert world.events()[-1]["data"]["reason"] == "key [redacted] leaked"
