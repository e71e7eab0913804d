"""Find the models that a night monitors, with what the registry knows about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.queries.monitored_models import MonitoringCandidate, monitored_models
from data.registry.registry import Registry
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted, day_words


@step("find monitored models")
def find_monitored_models(models: Sequence[str] | None, through: date) -> list[MonitoringCandidate]:
    """The models to monitor on the windows ending `through`: those named, or all active ones with a monitoring plan.

    Raises NotFoundError or AmbiguousNameError for a name.
    """
    found = monitored_models(Registry.here(), models, through)
    name_step(f"find {counted(len(found), 'model')} to watch through {day_words(through)}")
    return found
