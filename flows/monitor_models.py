"""Monitor models: watch every active model for a night, record the results, page people where the plan says so."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow

from tasks.monitor.chunk_models import watch_all
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.name_night import last_day
from tasks.monitor.record_windows import NightOutcome, record_night
from tasks.monitor.show_drift import show_drift
from tasks.monitor.show_watch import show_watch
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
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
    """Watch the named models, or all that have a monitoring plan, on the windows ending `through` (default: yesterday).

    One outcome for each model; a model that could not be watched has one too, and a notice. Raises
    NotFoundError or AmbiguousNameError for a name, before anything is watched.

    Args:
        models: The models to watch, like flight-delay; every model that has a monitoring plan when left empty.
        through: The last day of the window; yesterday when left empty.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    context, steps, day = this_run(as_of), Steps(), last_day(through, as_of)
    candidates = steps.take(find_monitored_models, models, day)
    outcomes = record_night(watch_all(candidates, day, as_of, steps), context, steps)
    steps.take(show_watch, outcomes, day)
    steps.take(show_drift, outcomes, day)
    return leave_answer(outcomes)
