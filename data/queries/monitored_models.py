"""Reads the models to monitor in one night, each with plan, champion, earlier windows and alerts.

Plan and champion are those at the end of the window, whenever it is measured: the latest plan recorded before the end,
and the version that served at the end. Everything is read in one snapshot and a fixed number of statements, whatever
the number of models and nights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

import duckdb

from data.queries.lookup import find_model
from data.queries.past_windows import PastWindow, WindowRequest, past_windows
from data.records.deployment import Deployment
from data.records.model import Model, MonitoringPlan
from data.records.monitoring import Alert
from data.records.version import Version
from data.registry.registry import Registry
from data.registry.state import State

ENVIRONMENT = "production"
DAY = timedelta(days=1)
ACTIVE_ALERT_STATES = ("open", "acknowledged", "snoozed", "dismissed", "confirmed")
"""The states of an alert that has not ended."""
LOOK_BACK = 2
"""How many windows persistence may examine, as a multiple of the number needed when every night has an outcome."""


@dataclass(frozen=True)
class MonitoredModel:
    """A model with a monitoring plan; `champion` is None when no version served at the end of the window.

    `windows` are the latest windows of the champion that ended before this window begins.
    """

    model: Model
    plan: MonitoringPlan
    champion: Version | None
    deployments: tuple[Deployment, ...]
    windows: tuple[PastWindow, ...]
    alerts: tuple[Alert, ...]

    def served_on(self, day: date) -> bool:
        """Return True if a version served when the day began (UTC): the log must then have a partition of that day."""
        begin = midnight(day)
        return any(one.from_at < begin and (one.to_at is None or one.to_at > begin) for one in self.deployments)


@dataclass(frozen=True)
class MonitoringCandidate:
    """A model to monitor in a night, by its key; `monitored` is None without a monitoring plan."""

    key: str
    monitored: MonitoredModel | None


class _OfModel(Protocol):
    @property
    def model(self) -> str: ...


R = TypeVar("R", bound=_OfModel)


def monitored_models(registry: Registry, names: Sequence[str] | None, through: date) -> list[MonitoringCandidate]:
    """Return the models for the windows ending `through`: those named, or every active model with a plan.

    Raises NotFoundError or AmbiguousNameError for a name, StoreError.
    """
    with registry.store.reading() as connection:
        state = State(connection)
        named = [find_model(state, one) for one in names] if names is not None else state.find(Model, state="active")
        chosen = list({one.key: one for one in named}.values())
        monitored = _monitored(connection, chosen, through)
    found = [MonitoringCandidate(one.key, monitored.get(one.key)) for one in chosen]
    return found if names is not None else [one for one in found if one.monitored is not None]


def _monitored(
    connection: duckdb.DuckDBPyConnection, models: Sequence[Model], through: date
) -> dict[str, MonitoredModel]:
    state, keys = State(connection), [one.key for one in models]
    end = midnight(through) + DAY
    plans = {key: _plan(every, end) for key, every in by_model(state.among(MonitoringPlan, "model", keys)).items()}
    deployments = by_model(state.among(Deployment, "model", keys, environment=ENVIRONMENT, slot="champion"))
    champions = _champions(state, deployments, end)
    alerts = by_model(one for one in state.among(Alert, "state", ACTIVE_ALERT_STATES) if one.model in plans)
    requests = [
        _window_request(plans[model], version.key, through) for model, version in champions.items() if model in plans
    ]
    windows = past_windows(connection, requests)
    return {
        one.key: MonitoredModel(
            model=one,
            plan=plans[one.key],
            champion=champions.get(one.key),
            deployments=tuple(deployments[one.key]),
            windows=windows.get(one.key, ()),
            alerts=tuple(alerts[one.key]),
        )
        for one in models
        if one.key in plans
    }


def _plan(plans: Sequence[MonitoringPlan], end: datetime) -> MonitoringPlan:
    """Return the latest plan recorded before a window ended; for earlier windows, before the day of the first plan
    ended."""
    known = _until(end, min(one.recorded_at for one in plans))
    return max((one for one in plans if one.recorded_at < known), key=lambda one: one.number)


def _champions(state: State, deployments: Mapping[str, Sequence[Deployment]], end: datetime) -> dict[str, Version]:
    """Return for each model the version that served as champion at the end of a window.

    For windows before the first deployment, this is the version that served at the end of the first day.
    """
    serving = [found for every in deployments.values() if (found := _served(every, end)) is not None]
    return {one.model: one for one in state.among(Version, "key", serving)}


def _served(deployments: Sequence[Deployment], end: datetime) -> str | None:
    known = _until(end, min(one.from_at for one in deployments))
    there = [one for one in deployments if one.from_at < known and (one.to_at is None or one.to_at >= known)]
    return max(there, key=lambda one: one.from_at).version if there else None


def _until(end: datetime, first: datetime) -> datetime:
    """Return the end of a window, or the end of the day of `first` if that is later."""
    return max(end, midnight(first.date()) + DAY)


def midnight(day: date) -> datetime:
    """Return the moment at which a UTC day begins."""
    return datetime.combine(day, time(), UTC)


def _window_request(plan: MonitoringPlan, version: str, through: date) -> WindowRequest:
    """Return the request for the past windows of a model; each night has one, and windows of a week overlap."""
    _, of = plan.persistence
    first = through - (plan.window_days - 1) * DAY
    return WindowRequest(plan.model, version, first, LOOK_BACK * (of - 1) * plan.window_days)


def by_model(rows: Iterable[R]) -> defaultdict[str, list[R]]:
    """Return the rows of each model, in their order; an empty list for a model without rows."""
    found: defaultdict[str, list[R]] = defaultdict(list)
    for row in rows:
        found[row.model].append(row)
    return found
