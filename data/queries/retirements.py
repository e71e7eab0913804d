"""Reads everything recorded about the retirement of a version, in one snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from data.records.approval import ApprovalRequest
from data.records.deployment import Slot
from data.records.log import Standard
from data.records.model import Consumer, Model
from data.records.retirement import Retirement, RetirementParty
from data.records.version import Version
from data.registry.purposes import RETIRE
from data.registry.registry import Registry
from data.registry.rules.retirement import has_served, retirement_digest, retirement_of
from data.registry.rules.retirement_party import parties_of


@dataclass(frozen=True)
class RetirementSubject:
    """A version to be retired, with its model, its open retirement if any, and the input of an impact assessment.

    `consumers` are the consumers of all models, because one model may feed another. `standards` are all adopted
    standards.
    """

    version: Version
    model: Model
    retirement: Retirement | None
    has_served: bool
    consumers: tuple[Consumer, ...]
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class RetirementSnapshot:
    """A retirement in its present state: its parties, their consumer records, the slots in which the version is.

    `plan_digest` is the digest to which an approval of the plan is bound, `requests` are the approval requests about
    the retirement, oldest first. `standards` are all adopted standards.
    """

    retirement: Retirement
    version: Version
    model: Model
    has_served: bool
    parties: tuple[RetirementParty, ...]
    consumers: tuple[Consumer, ...]
    slots: tuple[Slot, ...]
    standards: tuple[Standard, ...]
    plan_digest: str
    requests: tuple[ApprovalRequest, ...]


def retirement_subject(registry: Registry, version: str) -> RetirementSubject:
    """Return what is known about a version (its key) before it is retired. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        row = state.need(Version, version)
        return RetirementSubject(
            version=row,
            model=state.need(Model, row.model),
            retirement=retirement_of(state, version),
            has_served=has_served(state, version),
            consumers=tuple(state.find(Consumer)),
            standards=tuple(state.find(Standard)),
        )


def retirement_snapshot(registry: Registry, key: str) -> RetirementSnapshot:
    """Return the retirement with this key in its present state. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        retirement = state.need(Retirement, key)
        parties = parties_of(state, key)
        return RetirementSnapshot(
            retirement=retirement,
            version=state.need(Version, retirement.subject),
            model=state.need(Model, retirement.model),
            has_served=has_served(state, retirement.subject),
            parties=tuple(parties),
            consumers=tuple(state.among(Consumer, "system", [one.system for one in parties])),
            slots=tuple(state.find(Slot, version=retirement.subject)),
            standards=tuple(state.find(Standard)),
            plan_digest=retirement_digest(state, key),
            requests=tuple(state.find(ApprovalRequest, subject=key, purpose=RETIRE.name)),
        )
