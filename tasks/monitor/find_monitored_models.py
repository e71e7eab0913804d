"""Find the models that a night monitors, with what the registry knows about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.queries.monitored_models import MonitoringCandidate, monitored_models
from data.registry.registry import Registry


@task(name="find monitored models", cache_policy=NO_CACHE, persist_result=False)
def find_monitored_models(models: Sequence[str] | None, through: date) -> list[MonitoringCandidate]:
    """The models to monitor on the windows ending `through`: those named, or all active ones with a monitoring plan.

    Raises NotFoundError or AmbiguousNameError for a name.
    """
    return monitored_models(Registry.here(), models, through)
