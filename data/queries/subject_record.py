"""Reads everything in the registry about one model or one version, in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from data.queries.lookup import find_subject
from data.queries.paging import EVERYTHING, PageRequest, RowPage, page_of
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Slot
from data.records.model import Consumer, Model, MonitoringPlan, TestPlan
from data.records.retirement import Retirement, RetirementParty
from data.records.review import Finding, Validation, VerdictSet, Waiver
from data.records.row import Row
from data.records.tables import rows_of
from data.records.version import Comparison, Dataset, Metric, Section, TestResult, Version
from data.registry.registry import Registry
from data.registry.rules.review import validated_for
from data.registry.state import State

R = TypeVar("R", bound=Row)
Rows = Mapping[type[Row], Sequence[Row]]

OF_MODEL: tuple[type[Row], ...] = (Slot, Consumer, TestPlan, MonitoringPlan)
OF_VERSION: tuple[type[Row], ...] = (
    Dataset,
    Section,
    Metric,
    TestResult,
    Comparison,
    VerdictSet,
    Validation,
    Finding,
    Waiver,
)


@dataclass(frozen=True)
class ModelRecord:
    """A model with its rows of each table, by key; of the versions those on `page`, counted from the latest."""

    model: Model
    rows: Rows
    page: RowPage[str]

    def of(self, kind: type[R]) -> list[R]:
        """Return the rows of one table."""
        return rows_of(self.rows, kind)


@dataclass(frozen=True)
class VersionRecord:
    """A version with its rows of each table, by key, and its retirement if there is one.

    `validated_for` maps the key of a validation to the person represented by the validator as deputy.
    """

    version: Version
    rows: Rows
    retirement: Retirement | None
    validated_for: Mapping[str, str]

    def of(self, kind: type[R]) -> list[R]:
        """Return the rows of one table."""
        return rows_of(self.rows, kind)


def subject_record(registry: Registry, text: str, page: PageRequest = EVERYTHING) -> ModelRecord | VersionRecord:
    """Return the record of a version, or of a model if the text has no number, with a page of its versions.

    Page 1 has the latest versions. Raises as `find_subject` does, and StoreError.
    """
    with registry.reading() as state:
        subject = find_subject(state, text)
        if isinstance(subject, Model):
            return _model_record(state, subject, page)
        return _version_record(state, subject)


def _model_record(state: State, model: Model, page: PageRequest) -> ModelRecord:
    keys = page_of(state.keys(Version, model=model.key)[::-1], page)
    rows: dict[type[Row], Sequence[Row]] = {Version: state.among(Version, "key", keys.rows)}
    return ModelRecord(model, rows | {kind: state.find(kind, model=model.key) for kind in OF_MODEL}, keys)


def _version_record(state: State, version: Version) -> VersionRecord:
    retirement = f"{version.key}/retirement"
    rows: dict[type[Row], Sequence[Row]] = {kind: state.find(kind, version=version.key) for kind in OF_VERSION}
    requests = rows[ApprovalRequest] = state.under(ApprovalRequest, version.key)
    rows[Vote] = state.among(Vote, "request", [one.key for one in requests])
    rows[RetirementParty] = state.find(RetirementParty, retirement=retirement)
    rows[Deployment] = state.find(Deployment, version=version.key)
    represented = {one.key: validated_for(state, one) for one in state.find(Validation, version=version.key)}
    return VersionRecord(
        version=version,
        rows=rows,
        retirement=state.get(Retirement, retirement),
        validated_for={key: person for key, person in represented.items() if person is not None},
    )
