"""Which models are watched tonight, and what the registry knows about each: plan, champion, windows before, alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.evidence import champion_of
from data.lookup import find_model
from data.records.deployment import Deployment
from data.records.model import Model, MonitoringPlan
from data.records.monitoring import Alert, MonitoringRun
from data.records.version import Version
from data.registry import Registry
from data.state import State

ENVIRONMENT = "production"


@dataclass(frozen=True)
class Watched:
    """A model under watch as the registry knows it; `champion` is None while nothing serves."""

    model: Model
    plan: MonitoringPlan
    champion: Version | None
    deployments: tuple[Deployment, ...]
    runs: tuple[MonitoringRun, ...]
    alerts: tuple[Alert, ...]

    def served_on(self, day: date) -> bool:
        """Whether the model was serving when a day began: then its log must have that day."""
        begin = datetime.combine(day, time(), UTC)
        return any(one.from_at < begin and (one.to_at is None or one.to_at > begin) for one in self.deployments)


@task(name="find watched models", cache_policy=NO_CACHE, persist_result=False)
def find_watched(models: Sequence[str] | None) -> list[str]:
    """The keys of the models to watch: those named, or every active model with a monitoring plan.

    Raises NotFoundError or AmbiguousNameError for a name.
    """
    with Registry.here().reading() as state:
        if models is not None:
            return [find_model(state, one).key for one in models]
        planned = {one.model for one in state.find(MonitoringPlan)}
        return [one.key for one in state.find(Model, state="active") if one.key in planned]


def read_watched(state: State, key: str) -> Watched | None:
    """What the registry knows about a model under watch; None without a monitoring plan. Raises NotFoundError."""
    model = state.need(Model, key)
    plans = state.find(MonitoringPlan, model=key)
    if not plans:
        return None
    deployments = state.find(Deployment, model=key, environment=ENVIRONMENT, slot="champion")
    return Watched(
        model=model,
        plan=plans[-1],
        champion=champion_of(state, key, ENVIRONMENT),
        deployments=tuple(deployments),
        runs=tuple(state.find(MonitoringRun, model=key)),
        alerts=tuple(one for one in state.find(Alert, model=key) if one.state != "ended"),
    )
