"""Collected evidence: everything on a version, the champion it would replace, and the digest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.errors import NotFoundError
from data.records.deployment import Slot
from data.records.evidence import Evidence, sha256_of
from data.records.model import PlannedTest
from data.records.names import slot_key
from data.records.review import Severity
from data.records.version import ReviewState
from data.registry.commands.approval import WithdrawRequest
from data.registry.commands.model import RecordMonitoringPlan, RecordTestPlan
from data.registry.commands.review import OpenFinding, RequestWaiver
from data.registry.evidence import champion_of, collect_evidence
from data.registry.state import State
from tests.world import MODEL, World


def collected(world: World, version: str, environment: str = "production") -> Evidence:
    with world.registry.reading() as state:
        return collect_evidence(state, version, environment, "planning")


def serve(world: World, version: str) -> None:
    """Put a version into the champion slot, as a deployment does."""
    slot = Slot(
        key=slot_key(MODEL, "production", "champion"), model=MODEL, environment="production", slot="champion",
        deployment=f"{MODEL}/deployments/1", version=version,
    )  # fmt: skip
    with world.registry.store.transaction() as connection:
        State(connection).apply(slot)


def test_everything_recorded_on_a_version_is_collected(world: World) -> None:
    version = world.validated()
    evidence = collected(world, version)
    counts = {
        name: len(getattr(evidence, name))
        for name in ("datasets", "sections", "metrics", "tests", "test_plans", "validations", "findings")
    }
    assert counts == {
        "datasets": 2, "sections": 1, "metrics": 1, "tests": 1, "test_plans": 1, "validations": 1, "findings": 0
    }  # fmt: skip
    assert (evidence.environment, evidence.use, evidence.parent, evidence.champion) == (
        "production", "planning", None, None
    )  # fmt: skip
    assert evidence.monitoring_plan is not None


def test_evidence_on_another_version_is_not_collected(world: World) -> None:
    world.measured()
    second = world.version()
    assert collected(world, second).metrics == ()


def test_a_missing_version_is_an_error(world: World) -> None:
    with pytest.raises(NotFoundError):
        collected(world, f"{MODEL}/versions/9")


def test_the_parent_is_collected(world: World) -> None:
    first = world.version()
    second = world.version(parent=first)
    parent = collected(world, second).parent
    assert parent is not None
    assert parent.key == first


def test_the_champion_is_the_version_that_serves_and_not_the_version_itself(world: World) -> None:
    first, second = world.version(), world.version()
    with world.registry.reading() as state:
        assert champion_of(state, MODEL, "production") is None
    serve(world, first)
    champion = collected(world, second).champion
    assert champion is not None
    assert champion.key == first
    assert collected(world, first).champion is None
    assert collected(world, second, "staging").champion is None


def change(**extra: Any) -> PlannedTest:
    fields: dict[str, Any] = {"name": "x", "kind": "stress", "metric": "auc", "dataset": "held-out", "threshold": 0.1}
    return PlannedTest(**fields, rationale="r", **extra)


CHANGES = {
    "a metric is measured again": lambda w, v: w.measured(v, auc=0.8),
    "a test plan is recorded": lambda w, v: w.do(RecordTestPlan(model=MODEL, tests=(change(),))),
    "a monitoring plan is recorded": lambda w, v: w.do(
        RecordMonitoringPlan(model=MODEL, rules=({"a": 1},), rationale="r")
    ),
    "a finding is raised": lambda w, v: w.do(
        OpenFinding(
            version=v, severity=Severity.LOW, title="t", text="t", owner="dev", due_at=w.now + timedelta(days=1)
        ),
        by="vera",
    ),
    "a waiver is asked for": lambda w, v: w.do(
        RequestWaiver(version=v, control="c", reason="r", expires_at=w.now + timedelta(days=1))
    ),
    "the model is amended": lambda w, v: w.model(runbook="call otto"),
}
KEEPS = {
    "verdicts are recorded": lambda w, v: w.judge(v, "deploy"),
    "approval is asked for and withdrawn": lambda w, v: w.do(WithdrawRequest(key=w.requested(v).key, reason="x")),
    "it is approved": lambda w, v: w.approved(v),
}


@pytest.mark.parametrize("happens", CHANGES.values(), ids=CHANGES)
def test_the_digest_changes_when(happens: Any, world: World) -> None:
    version = world.validated()
    before = collected(world, version).digest
    happens(world, version)
    assert collected(world, version).digest != before


@pytest.mark.parametrize("happens", KEEPS.values(), ids=KEEPS)
def test_the_digest_stays_when(happens: Any, world: World) -> None:
    version = world.validated()
    before = collected(world, version).digest
    happens(world, version)
    assert collected(world, version).digest == before


def test_the_digest_does_not_depend_on_the_order_or_the_state(world: World) -> None:
    evidence = collected(world, world.validated())
    moved = evidence.version.changed(review_state=ReviewState.RETIRED, state_reason="x")
    turned = evidence.model_copy(update={"datasets": evidence.datasets[::-1], "version": moved})
    assert turned.digest == evidence.digest


def test_a_digest_is_of_the_canonical_form() -> None:
    assert sha256_of({"b": 1, "a": 2}) == sha256_of({"a": 2, "b": 1})
    assert sha256_of([1]) != sha256_of([1, 1])
