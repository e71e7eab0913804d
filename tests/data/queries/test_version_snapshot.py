"""A version as a form shows it: with its latest conclusion, its findings and the granted waivers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import NotFoundError
from data.queries.version_snapshot import validation_snapshot, version_snapshot
from data.records.person import Role
from data.registry.commands.review import DecideWaiver, OpenFinding, RequestWaiver
from tests.world import MODEL, World


def test_a_version_that_nobody_concluded_on_has_no_validation(world: World) -> None:
    key = world.version()
    shown = version_snapshot(world.registry, key)
    assert (shown.version.key, shown.model.key) == (key, MODEL)
    assert (shown.validation, shown.validated_for) == (None, None)
    assert (shown.findings, shown.waivers, shown.comparisons) == ((), (), ())
    assert shown.metrics == ()


def test_a_conclusion_has_the_person_its_validator_represented(world: World) -> None:
    world.grant("rita", Role.VALIDATOR, deputy_of="vera", to_at=world.now + timedelta(days=5))
    shown = version_snapshot(world.registry, world.validated(by="rita"))
    assert shown.validation is not None
    assert (shown.validation.validator, shown.validated_for) == ("rita", "vera")


def test_all_findings_and_only_granted_waivers_are_read(world: World) -> None:
    key, until = world.validated(), world.now + timedelta(days=9)
    world.do(OpenFinding(version=key, severity="low", title="a", text="b", owner="dev", due_at=until), by="vera")
    for control in ("GAP-1", "GAP-2"):
        waiver = world.do(RequestWaiver(version=key, control=control, reason="later", expires_at=until))
    world.do(DecideWaiver(key=waiver.subject, grant=True, proof=world.proof("axel")), by="axel")
    shown = version_snapshot(world.registry, key)
    assert [one.title for one in shown.findings] == ["a"]
    assert [one.control for one in shown.waivers] == ["GAP-2"]


def test_the_address_of_the_evidence_pages_is_that_of_the_settings(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = world.version()
    monkeypatch.delenv("MODELWARD_EVIDENCE_URL", raising=False)
    assert not version_snapshot(world.registry, key).evidence_url
    monkeypatch.setenv("MODELWARD_EVIDENCE_URL", "http://127.0.0.1:4290")
    assert version_snapshot(world.registry, key).evidence_url == "http://127.0.0.1:4290"


def test_the_eligible_validators_are_read(world: World) -> None:
    shown = validation_snapshot(world.registry, world.version(), world.now)
    assert shown.validators == ("vera",)
    assert shown.version.validation is None


def test_a_missing_version_raises_an_error(world: World) -> None:
    with pytest.raises(NotFoundError, match="there is no version"):
        version_snapshot(world.registry, f"{MODEL}/versions/9")
