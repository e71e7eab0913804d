"""Write the nights of all models into the registry, one event each, and tell people about what pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import ModelwardError
from data.records.monitoring import Alert, MonitoringRun
from data.records.row import Frozen
from data.registry import Registry
from monitoring.alert_rule import AlertState
from tasks.name_run import Run
from tasks.watch_models import Night
from tasks.write_alerts import tell_unwatched, write_alerts


class Watch(Frozen):
    """What became of one model's night. `run` is the key of the recorded run, `why` says why there is none.

    `pages` and `warnings` are the keys of the alerts that this window opened or added to.
    """

    model: str
    state: Literal["recorded", "not watched", "failed"]
    run: str = ""
    why: str = ""
    rows: int = 0
    faults: int = 0
    counts: dict[str, int] = {}
    pages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@task(name="record windows", cache_policy=NO_CACHE, persist_result=False)
def record_windows(nights: Sequence[Night], run: Run, as_of: datetime | None) -> list[Watch]:
    """Record each night and answer what became of it; a window recorded before with the same figures stays as it is.

    A night that cannot be recorded is one that failed; the others go on.
    """
    registry = Registry.here()
    with registry.store.session():
        return [_recorded(registry, night, run, as_of) for night in nights]


def _recorded(registry: Registry, night: Night, run: Run, as_of: datetime | None) -> Watch:
    if night.command is None:
        return _missed(night, as_of)
    try:
        receipt = registry.execute(night.command, run.actor, as_of=as_of, run_id=run.id)
        recorded = next(row for row in receipt.rows if isinstance(row, MonitoringRun))
        return _watch(recorded, write_alerts(recorded))
    except ModelwardError as error:
        return _missed(Night(night.model, unwatched=f"{error.what} → {error.remedy}", failed=True), as_of)


def _watch(recorded: MonitoringRun, alerts: Sequence[Alert]) -> Watch:
    pages = [one.key for one in alerts if recorded.outcomes.get(one.about) == AlertState.PAGE]
    return Watch(
        model=recorded.model,
        state="recorded",
        run=recorded.key,
        rows=recorded.rows,
        faults=len(recorded.faults),
        counts=recorded.counts,
        pages=tuple(pages),
        warnings=tuple(one.key for one in alerts if _warned(one, recorded)),
    )


def _warned(alert: Alert, recorded: MonitoringRun) -> bool:
    """Whether this window added to an alert without paging: a figure beyond its margin, or a flaw of the labels."""
    said = recorded.outcomes.get(alert.about)
    return said == AlertState.WATCH or (said is None and alert.last_window == recorded.to_date)


def _missed(night: Night, as_of: datetime | None) -> Watch:
    if night.failed:
        tell_unwatched(night.model, night.unwatched, as_of)
    return Watch(model=night.model, state="failed" if night.failed else "not watched", why=night.unwatched)
