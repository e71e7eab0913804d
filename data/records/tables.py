"""Every state table of the registry, in the order of the schema."""

from __future__ import annotations

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

TABLES: tuple[type[Row], ...] = (
    Person, RoleGrant, Credential, Standard, Model, TestPlan, MonitoringPlan, Consumer, Version, Dataset, Section,
    Metric, TestResult, Comparison, VerdictSet, Validation, Finding, Waiver, Review, ApprovalRequest, Vote,
    Deployment, Slot, Operation, MonitoringRun, Alert, Incident, Retirement, RetirementParty, Attestation,
)  # fmt: skip
