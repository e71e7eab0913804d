"""Monitor models: watch every active model for a night, record what was seen, wake people where the plan says so."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow

from tasks.monitor.chunk_models import watch_all, whole
from tasks.monitor.find_monitored_models import find_monitored_models
from tasks.monitor.name_night import last_day
from tasks.monitor.record_windows import Watch, record_windows
from tasks.monitor.show_drift import show_drift
from tasks.monitor.show_watch import show_watch
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.title_run import titled


@flow(
    name="monitor models",
    flow_run_name=titled("monitor {models} on {day}", models="every model"),
    persist_result=False,
)
def monitor_models(
    models: list[str] | None = None, through: date | None = None, as_of: datetime | None = None
) -> list[Watch]:
    """Watch the named models, or all that have a monitoring plan, on the windows ending `through` (default: yesterday).

    One result for each model; a model that could not be watched is one of them, and somebody is told. Raises
    NotFoundError or AmbiguousNameError for a name, before anything is watched.

    Args:
        models: The models to watch, like flight-delay; every model that has a monitoring plan when left empty.
        through: The last day of the window; yesterday when left empty.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    run = this_run()
    day = last_day(through, as_of)
    nights = watch_all(find_monitored_models(models, day), day, as_of)
    watched = record_windows(whole(nights), run, as_of)
    show_watch(whole(watched), day)
    show_drift(whole(watched), day)
    return leave_answer(watched)
