"""Write the nights of all models into the registry, one event each, and tell people about what pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import ModelwardError
from data.records.monitoring import Alert, MonitoringRun
from data.records.row import Frozen
from data.records.run_context import RunContext
from data.registry.commands.monitoring import RecordMonitoring
from data.registry.registry import MOST_TOGETHER, Receipt, Registry
from monitoring.alert_rule import AlertState
from tasks.monitor.watch_models import ModelResult
from tasks.monitor.write_alerts import write_alerts


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
def record_windows(nights: Sequence[ModelResult], run: RunContext, as_of: datetime | None) -> list[Watch]:
    """Record each night and answer what became of it; a window recorded before with the same figures stays as it is.

    Many nights make one transaction, each is one event. A night that cannot be recorded is one that failed; the others
    go on. Raises PublishError when the outbox cannot be written: everything is recorded by then.
    """
    recorded: dict[str, MonitoringRun] = {}
    failed = {one.model: one.unwatched for one in nights if one.failed}
    for model, outcome in _recorded([one.command for one in nights if one.command is not None], run, as_of):
        if isinstance(outcome, ModelwardError):
            failed[model] = f"{outcome.what} → {outcome.remedy}"
        else:
            recorded[model] = outcome.row(MonitoringRun)
    alerts = write_alerts(list(recorded.values()), failed, as_of)
    return [
        _watch(recorded[one.model], alerts[one.model]) if one.model in recorded else _missed(one, failed.get(one.model))
        for one in nights
    ]


def _recorded(
    commands: Sequence[RecordMonitoring], run: RunContext, as_of: datetime | None
) -> Iterator[tuple[str, Receipt | ModelwardError]]:
    """What came of each command, by model; what keeps a batch from being recorded came of all of it."""
    registry = Registry.here()
    for start in range(0, len(commands), MOST_TOGETHER):
        batch = commands[start : start + MOST_TOGETHER]
        models = [one.model for one in batch]
        try:
            outcomes = registry.execute_together(batch, RunContext(run.actor, as_of, run.run_id))
        except ModelwardError as error:
            yield from ((model, error) for model in models)
        else:
            yield from zip(models, outcomes, strict=True)


def _watch(recorded: MonitoringRun, alerts: Sequence[Alert]) -> Watch:
    mine = [one for one in alerts if one.last_window == recorded.to_date]
    pages = [one.key for one in mine if recorded.outcomes.get(one.about) == AlertState.PAGE]
    return Watch(
        model=recorded.model,
        state="recorded",
        run=recorded.key,
        rows=recorded.rows,
        faults=len(recorded.faults),
        counts=recorded.counts,
        pages=tuple(pages),
        warnings=tuple(one.key for one in mine if _warned(one, recorded)),
    )


def _warned(alert: Alert, recorded: MonitoringRun) -> bool:
    """Whether this window added to an alert without paging: a figure beyond its margin, or a flaw of the labels."""
    return recorded.outcomes.get(alert.about) in (AlertState.WATCH, None)


def _missed(night: ModelResult, failed: str | None) -> Watch:
    if failed is not None:
        return Watch(model=night.model, state="failed", why=failed)
    return Watch(model=night.model, state="not watched", why=night.unwatched)
