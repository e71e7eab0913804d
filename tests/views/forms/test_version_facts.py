"""The facts of a version in forms: its change, artifact, conclusion and findings."""

from __future__ import annotations

from datetime import timedelta

from data.queries.version_snapshot import version_snapshot
from data.records.person import Role
from data.registry.commands.review import AnswerFinding, CloseFinding, DecideWaiver, OpenFinding, RequestWaiver
from tests.world import World
from views.forms.version_facts import (
    fact_table,
    finding_lines,
    names_or_nobody,
    split_digest,
    validation_facts,
    version_facts,
)

DIGEST = "sha256:" + "0123456789abcdef" * 4


def test_the_first_fact_is_the_head_of_the_table() -> None:
    assert fact_table([("Model", "a"), ("Change", "b")]) == ["| Model | a |", "|---|---|", "| Change | b |"]


def test_a_digest_is_in_pieces_of_sixteen_characters() -> None:
    assert split_digest(DIGEST) == "`sha256:0123456789abcdef` `0123456789abcdef` `0123456789abcdef` `0123456789abcdef`"


def test_a_short_digest_is_one_piece() -> None:
    assert split_digest("abc") == "`abc`"


def test_names_are_separated_by_commas_and_no_names_are_nobody() -> None:
    assert (names_or_nobody(["alma", "axel"]), names_or_nobody([])) == ("alma, axel", "nobody")


def test_a_version_is_described_by_model_change_contributors_and_artifact(world: World) -> None:
    shown = version_snapshot(world.registry, world.version())
    facts = dict(version_facts(shown.version, shown.model))
    assert facts["Model"].startswith("tier 2, owned by olga, to “")
    assert facts["Change"] == "new: “a first model”, because “there was none”"
    assert facts["Artifact"] == f"{split_digest(shown.version.artifact.digest)}, 30 bytes of “model.bin”"


def test_a_version_without_contributors_and_without_a_file_has_a_dash_and_its_kind(world: World) -> None:
    shown = version_snapshot(world.registry, world.version())
    artifact = shown.version.artifact.model_copy(update={"kind": "endpoint"})
    bare = shown.version.model_copy(update={"contributors": (), "artifact": artifact})
    facts = dict(version_facts(bare, shown.model))
    assert facts["Contributors"] == "–"
    assert facts["Artifact"].endswith("`, endpoint")


def test_a_version_that_nobody_concluded_on_has_no_validation_fact(world: World) -> None:
    assert validation_facts(version_snapshot(world.registry, world.version())) == []


def test_the_conclusion_names_its_validator_and_the_person_a_deputy_represents(world: World) -> None:
    world.grant("rita", Role.VALIDATOR, deputy_of="vera", to_at=world.now + timedelta(days=5))
    ((name, conclusion),) = validation_facts(version_snapshot(world.registry, world.validated(by="rita")))
    assert name == "Validation"
    assert conclusion == f"**fit**, by rita as deputy of vera on {world.now:%Y-%m-%d}; limitations: “one year”"


def test_open_findings_come_before_closed_ones_and_waivers_in_force_last(world: World) -> None:
    version, until = world.validated(), world.now + timedelta(days=9)
    for title in ("first", "second"):
        world.do(
            OpenFinding(version=version, severity="low", title=title, text="t", owner="dev", due_at=until), by="vera"
        )
    first = version_snapshot(world.registry, version).findings[0]
    world.do(AnswerFinding(key=first.key, answer="done"), by="dev")
    world.do(CloseFinding(key=first.key, proof=world.proof("vera")), by="vera")
    waiver = world.do(RequestWaiver(version=version, control="GAP-1", reason="later", expires_at=until))
    world.do(DecideWaiver(key=waiver.subject, grant=True, proof=world.proof("axel")), by="axel")
    assert finding_lines(version_snapshot(world.registry, version))[3:] == [
        f"- **finding 2, low, open**, due {until:%Y-%m-%d}, owned by dev: “second”",
        "- finding 1, low, closed by vera: “first”",
        f"- **waiver 1** of GAP-1 until {until:%Y-%m-%d}, requested by dev, granted by axel: “later”",
    ]


def test_without_findings_and_waivers_there_is_no_heading(world: World) -> None:
    assert finding_lines(version_snapshot(world.registry, world.version())) == []
