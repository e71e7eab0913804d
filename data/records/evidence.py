"""All recorded facts about one version at one moment: gates judge this evidence, and an approval is bound to its
digest."""

from __future__ import annotations

import hashlib

import rfc8785

from data.records.approval import ApprovalRequest, Vote
from data.records.model import Model, MonitoringPlan, TestPlan
from data.records.review import Finding, Validation, Waiver
from data.records.row import Frozen, Row
from data.records.version import Comparison, Dataset, Metric, Section, TestResult, Version

VOLATILE = {"key", "rev", "review_state", "state_reason", "valid_until"}


class Evidence(Frozen):
    """The facts about a version: its records, and the use, environment, request and votes for which it is judged."""

    model: Model
    version: Version
    parent: Version | None = None
    champion: Version | None = None
    datasets: tuple[Dataset, ...] = ()
    sections: tuple[Section, ...] = ()
    metrics: tuple[Metric, ...] = ()
    tests: tuple[TestResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    test_plans: tuple[TestPlan, ...] = ()
    monitoring_plan: MonitoringPlan | None = None
    validations: tuple[Validation, ...] = ()
    findings: tuple[Finding, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    environment: str = ""
    use: str = ""
    request: ApprovalRequest | None = None
    votes: tuple[Vote, ...] = ()

    @property
    def digest(self) -> str:
        """`sha256:<hex>` over the model, the version and the rows about them, without what approvals change.

        Left out: the version's review state with its reason and end, the request and its votes, findings from
        conditions, the parent, the champion, the environment and the use.
        """
        rows: list[Row] = [*self.datasets, *self.sections, *self.metrics, *self.tests, *self.comparisons]
        rows += [*self.test_plans, *self.validations, *self.waivers]
        rows += [one for one in self.findings if one.origin != "condition"]
        rows += [self.monitoring_plan] if self.monitoring_plan else []
        images: list[object] = [[row.table, row.key, row.image()["values"]] for row in rows]
        version = self.version.model_dump(mode="json", exclude=VOLATILE)
        model = self.model.model_dump(mode="json", exclude={"rev"})
        return sha256_of([model, self.version.key, version, sorted(images, key=str)])


def sha256_of(value: object) -> str:
    """Return `sha256:<hex>` over the RFC 8785 form of a JSON value."""
    return "sha256:" + hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]
