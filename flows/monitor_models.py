"""Monitor models: measure and judge every active model, record the results, and write alerts for its people."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow

from data.records.monitoring import NightOutcome
from tasks.monitor.chunk_models import monitor_all
from tasks.monitor.find_last_day import last_day
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.record_windows import record_night
from tasks.monitor.show_drift import show_drift
from tasks.monitor.show_monitoring import show_monitoring
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(
    name="monitor models",
    flow_run_name=titled("monitor {models} on {day}", models="every model"),
    persist_result=False,
)
def monitor_models(
    models: list[str] | None = None, through: date | None = None, as_of: datetime | None = None
) -> list[NightOutcome]:
    """Monitor the given models, or all with a monitoring plan, on the windows that end on `through`.

    Return one outcome for each model; a model that could not be monitored has an outcome and a notice too. Raises
    NotFoundError or AmbiguousNameError for a model name before anything is measured.

    Args:
        models: The models to monitor, like flight-delay. Leave it empty for every model with a monitoring plan.
        through: The last day of the window. Leave it empty for yesterday.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context, steps, day = this_run(as_of), Steps(), last_day(through, as_of)
    candidates = steps.take(find_monitored_models, models, day)
    outcomes = record_night(monitor_all(candidates, day, as_of, steps), context, steps)
    steps.take(show_monitoring, outcomes, day)
    steps.take(show_drift, outcomes, day)
    return store_result(outcomes)
