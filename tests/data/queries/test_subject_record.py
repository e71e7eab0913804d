"""Everything about a model or a version, from one snapshot."""

from __future__ import annotations

from datetime import timedelta

from data.queries.subject_record import ModelRecord, VersionRecord, subject_record
from data.records.deployment import Deployment
from data.records.model import MonitoringPlan, TestPlan
from data.records.review import Validation
from data.records.version import Metric, Version
from tests.operations import deployed
from tests.world import World


def test_a_model_has_its_versions_and_plans(world: World) -> None:
    version = world.version()
    record = subject_record(world.registry, "delay")
    assert isinstance(record, ModelRecord)
    assert [one.key for one in record.of(Version)] == [version]
    assert len(record.of(TestPlan)) == len(record.of(MonitoringPlan)) == 1
    assert record.of(Metric) == []


def test_a_version_has_its_evidence_and_conclusions(world: World) -> None:
    version = world.validated()
    record = subject_record(world.registry, "delay/1")
    assert isinstance(record, VersionRecord)
    assert record.version.key == version
    assert [one.name for one in record.of(Metric)] == ["auc"]
    assert [one.validator for one in record.of(Validation)] == ["vera"]
    assert (record.of(Deployment), record.retirement, record.validated_for) == ([], None, {})


def test_a_version_has_its_deployments_and_the_person_its_validator_represented(world: World) -> None:
    world.grant("outsider", "validator", deputy_of="vera", to_at=world.now + timedelta(days=3))
    version = world.validated(by="outsider")
    deployed(world, version=version)
    record = subject_record(world.registry, version)
    assert isinstance(record, VersionRecord)
    assert [one.state for one in record.of(Deployment)] == ["deployed"]
    assert list(record.validated_for.values()) == ["vera"]
