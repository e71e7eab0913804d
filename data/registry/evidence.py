"""Collect the evidence on a version from the rows of the registry."""

from __future__ import annotations

from data.records.deployment import Slot
from data.records.evidence import Evidence
from data.records.model import Model, MonitoringPlan, TestPlan
from data.records.names import slot_key
from data.records.review import Finding, Validation, Waiver
from data.records.version import Comparison, Dataset, Metric, Section, TestResult, Version
from data.registry.state import State


def collect_evidence(state: State, version: str, environment: str = "production", use: str = "") -> Evidence:
    """Return everything recorded about a version, with the champion that the version would replace.

    Raises NotFoundError.
    """
    row = state.need(Version, version)
    model = state.need(Model, row.model)
    plans = state.find(MonitoringPlan, model=model.key)
    champion = champion_of(state, model.key, environment)
    return Evidence(
        model=model,
        version=row,
        parent=state.get(Version, row.parent) if row.parent else None,
        champion=champion if champion is not None and champion.key != version else None,
        datasets=tuple(state.find(Dataset, version=version)),
        sections=tuple(state.find(Section, version=version)),
        metrics=tuple(state.find(Metric, version=version)),
        tests=tuple(state.find(TestResult, version=version)),
        comparisons=tuple(state.find(Comparison, version=version)),
        test_plans=tuple(state.find(TestPlan, model=model.key)),
        monitoring_plan=plans[-1] if plans else None,
        validations=tuple(state.find(Validation, version=version)),
        findings=tuple(state.find(Finding, version=version)),
        waivers=tuple(state.find(Waiver, version=version)),
        environment=environment,
        use=use,
    )


def champion_of(state: State, model: str, environment: str) -> Version | None:
    """Return the version that serves as champion in an environment, or None."""
    slot = state.get(Slot, slot_key(model, environment, "champion"))
    return state.get(Version, slot.version) if slot is not None and slot.version else None
