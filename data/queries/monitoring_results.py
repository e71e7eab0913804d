"""What nights recorded: the alerts that stand, and windows with the plans that they were judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from data.queries.monitored_models import STANDING
from data.records.model import Model, MonitoringPlan
from data.records.monitoring import Alert, MonitoringRun
from data.registry.registry import Registry


@dataclass(frozen=True)
class StandingAlerts:
    """The alerts of some models that have not ended, by key, and the models by key."""

    alerts: tuple[Alert, ...]
    models: Mapping[str, Model]


@dataclass(frozen=True)
class RecordedWindow:
    """A recorded window and its monitoring plan."""

    run: MonitoringRun
    plan: MonitoringPlan


def standing_alerts(registry: Registry, models: Collection[str], others: Collection[str] = ()) -> StandingAlerts:
    """The standing alerts of these models (keys); the models of `others` are read too, without alerts.

    Raises StoreError.
    """
    with registry.reading() as state:
        found = {one.key: one for one in state.among(Model, "key", (*models, *others))}
        alerts = [one for one in state.among(Alert, "state", STANDING) if one.model in models]
    return StandingAlerts(tuple(alerts), found)


def recorded_windows(registry: Registry, runs: Sequence[str]) -> list[RecordedWindow]:
    """The windows under these keys, in this order. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        found = [state.need(MonitoringRun, one) for one in runs]
        plans = {one.plan: state.need(MonitoringPlan, one.plan) for one in found}
    return [RecordedWindow(one, plans[one.plan]) for one in found]
