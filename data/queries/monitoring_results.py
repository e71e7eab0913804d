"""Reads the results of monitoring: the alerts that have not ended, and windows with the plans that judged them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from data.queries.monitored_models import ACTIVE_ALERT_STATES
from data.records.model import Model, MonitoringPlan
from data.records.monitoring import Alert, MonitoringRun
from data.registry.registry import Registry


@dataclass(frozen=True)
class ActiveAlerts:
    """The alerts of some models that have not ended, by key, and the models by key."""

    alerts: tuple[Alert, ...]
    models: Mapping[str, Model]


@dataclass(frozen=True)
class RecordedWindow:
    """A recorded window and its monitoring plan."""

    run: MonitoringRun
    plan: MonitoringPlan


def active_alerts(registry: Registry, models: Collection[str], others: Collection[str] = ()) -> ActiveAlerts:
    """Return the alerts of these models (keys) that have not ended; of `others`, only the models are read.

    Raises StoreError.
    """
    with registry.reading() as state:
        found = {one.key: one for one in state.among(Model, "key", (*models, *others))}
        alerts = [one for one in state.among(Alert, "state", ACTIVE_ALERT_STATES) if one.model in models]
    return ActiveAlerts(tuple(alerts), found)


def recorded_windows(registry: Registry, runs: Sequence[str]) -> list[RecordedWindow]:
    """Return the windows with these keys, in this order. Raises NotFoundError, StoreError."""
    with registry.reading() as state:
        found = [state.need(MonitoringRun, one) for one in runs]
        plans = {one.plan: state.need(MonitoringPlan, one.plan) for one in found}
    return [RecordedWindow(one, plans[one.plan]) for one in found]
