"""Reads in one snapshot what a form shows about a version: its model, validation, findings, waivers, measurements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.records.model import Model
from data.records.review import Finding, Validation, Waiver
from data.records.version import Comparison, Metric, Version
from data.registry.eligible_approvers import validators
from data.registry.registry import Registry
from data.registry.rules.review import validated_for
from data.registry.state import State
from data.settings import read_settings


@dataclass(frozen=True)
class VersionSnapshot:
    """A version at one moment.

    `validation` is the latest conclusion, `validated_for` the person represented by its validator as deputy. `waivers`
    are the granted waivers. `evidence_url` is the address of the evidence pages; empty if the setting is empty.
    """

    version: Version
    model: Model
    validation: Validation | None
    validated_for: str | None
    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...]
    comparisons: tuple[Comparison, ...]
    metrics: tuple[Metric, ...]
    evidence_url: str


@dataclass(frozen=True)
class ValidationSnapshot:
    """A version with the ids of the people who could conclude on it at that moment."""

    version: VersionSnapshot
    validators: tuple[str, ...]


def version_snapshot(registry: Registry, version: str) -> VersionSnapshot:
    """Return the snapshot of the version with this key. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        return collect_version(state, version)


def validation_snapshot(registry: Registry, version: str, now: datetime) -> ValidationSnapshot:
    """Return the snapshot of the version with this key and the ids of the people who could conclude on it at `now`.

    Raises NotFoundError, StoreError.
    """
    with registry.reading() as state:
        shown = collect_version(state, version)
        return ValidationSnapshot(shown, validators(state, shown.version, now))


def collect_version(state: State, key: str) -> VersionSnapshot:
    """Return the snapshot of the version with this key as read from `state`. Raises NotFoundError."""
    version = state.need(Version, key)
    conclusions = state.find(Validation, version=key)
    newest = conclusions[-1] if conclusions else None
    return VersionSnapshot(
        version=version,
        model=state.need(Model, version.model),
        validation=newest,
        validated_for=validated_for(state, newest) if newest is not None else None,
        findings=tuple(state.find(Finding, version=key)),
        waivers=tuple(state.find(Waiver, version=key, state="granted")),
        comparisons=tuple(state.find(Comparison, version=key)),
        metrics=tuple(state.find(Metric, version=key)),
        evidence_url=read_settings().evidence_url,
    )
