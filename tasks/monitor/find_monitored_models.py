"""Find the models to monitor, with what the registry knows about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.queries.monitored_models import MonitoringCandidate, monitored_models
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import day_words


@step("find monitored models")
def find_monitored_models(models: Sequence[str] | None, through: date) -> list[MonitoringCandidate]:
    """Return the given models, or all active models with a monitoring plan, for windows that end on `through`.

    Raises NotFoundError or AmbiguousNameError for a model name.
    """
    found = monitored_models(Registry.here(), models, through)
    name_step(f"find {counted(len(found), 'model')} to monitor through {day_words(through)}")
    return found
