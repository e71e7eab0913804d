"""The state tables of the registry, in the order of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Operation, Slot
from data.records.log import Attestation, Standard
from data.records.model import Consumer, Model, MonitoringPlan, TestPlan
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.person import Credential, Person, RoleGrant
from data.records.retirement import Retirement, RetirementParty
from data.records.review import Finding, Review, Validation, VerdictSet, Waiver
from data.records.row import Row
from data.records.version import Comparison, Dataset, Metric, Section, TestResult, Version

R = TypeVar("R", bound=Row)

TABLES: tuple[type[Row], ...] = (
    Person, RoleGrant, Credential, Standard, Model, TestPlan, MonitoringPlan, Consumer, Version, Dataset, Section,
    Metric, TestResult, Comparison, VerdictSet, Validation, Finding, Waiver, Review, ApprovalRequest, Vote,
    Deployment, Slot, Operation, MonitoringRun, Alert, Incident, Retirement, RetirementParty, Attestation,
)  # fmt: skip


def rows_of(tables: Mapping[type[Row], Sequence[Row]], kind: type[R]) -> list[R]:
    """Return the rows of one table out of several, in their order; none if that table was not read."""
    return [row for row in tables.get(kind, ()) if isinstance(row, kind)]
