"""Which models are watched tonight, and what the registry knows about each: plan, champion, windows before, alerts.

All of it is read in one snapshot and a handful of queries, whatever the number of models and nights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol, TypeVar

import duckdb
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.lookup import find_model
from data.past_windows import Asked, PastWindow, past_windows
from data.records.deployment import Deployment, Slot
from data.records.model import Model, MonitoringPlan
from data.records.monitoring import Alert
from data.records.version import Version
from data.registry import Registry
from data.state import State
from monitoring.alert_rule import Window

ENVIRONMENT = "production"
STANDING = ("open", "acknowledged", "snoozed", "dismissed", "confirmed")
"""The states of an alert that has not ended."""
PATIENCE = 2
"""How far persistence looks back, in times what it needs when every night could say something."""


@dataclass(frozen=True)
class Watched:
    """A model under watch as the registry knows it; `champion` is None while nothing serves.

    `windows` are the newest ones of the champion before the window of tonight.
    """

    model: Model
    plan: MonitoringPlan
    champion: Version | None
    deployments: tuple[Deployment, ...]
    windows: tuple[PastWindow, ...]
    alerts: tuple[Alert, ...]

    def served_on(self, day: date) -> bool:
        """Whether the model was serving when a day began: then its log must have that day."""
        begin = datetime.combine(day, time(), UTC)
        return any(one.from_at < begin and (one.to_at is None or one.to_at > begin) for one in self.deployments)


@dataclass(frozen=True)
class Candidate:
    """A model to watch tonight by its key; `watched` is None without a monitoring plan."""

    key: str
    watched: Watched | None


class _OfModel(Protocol):
    @property
    def model(self) -> str: ...


R = TypeVar("R", bound=_OfModel)


@task(name="find watched models", cache_policy=NO_CACHE, persist_result=False)
def find_watched(models: Sequence[str] | None, through: date) -> list[Candidate]:
    """The models to watch on the windows ending `through`: those named, or every active model with a monitoring plan.

    Raises NotFoundError or AmbiguousNameError for a name.
    """
    with Registry.here().store.reading() as connection:
        state = State(connection)
        named = [find_model(state, one) for one in models] if models is not None else state.find(Model, state="active")
        chosen = list({one.key: one for one in named}.values())
        watched = _watched(connection, chosen, through)
    found = [Candidate(one.key, watched.get(one.key)) for one in chosen]
    return found if models is not None else [one for one in found if one.watched is not None]


def _watched(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], through: date) -> dict[str, Watched]:
    state, keys = State(connection), [one.key for one in models]
    plans = {one.model: one for one in state.among(MonitoringPlan, "model", keys)}
    champions = _champions(state, keys)
    deployments = by_model(state.among(Deployment, "model", keys, environment=ENVIRONMENT, slot="champion"))
    alerts = by_model(one for one in state.among(Alert, "state", STANDING) if one.model in plans)
    asked = [_asked(plans[model], version.key, through) for model, version in champions.items() if model in plans]
    windows = past_windows(connection, asked)
    return {
        one.key: Watched(
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


def _champions(state: State, keys: Sequence[str]) -> dict[str, Version]:
    """The version that serves as champion, by model."""
    slots = state.among(Slot, "model", keys, environment=ENVIRONMENT, slot="champion")
    serving = [one.version for one in slots if one.version is not None]
    return {one.model: one for one in state.among(Version, "key", serving)}


def _asked(plan: MonitoringPlan, version: str, through: date) -> Asked:
    """The windows that persistence may have to look at: every night has one, and those of a week share days."""
    _, of = plan.persistence
    first = Window.ending(through, plan.window_days).first
    return Asked(plan.model, version, first, PATIENCE * (of - 1) * plan.window_days)


def by_model(rows: Iterable[R]) -> defaultdict[str, list[R]]:
    """The rows of each model, in their order; none for a model that has none."""
    found: defaultdict[str, list[R]] = defaultdict(list)
    for one in rows:
        found[one.model].append(one)
    return found
