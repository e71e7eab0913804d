"""Record the monitoring results in the registry, one event for each model, and write the alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.errors import ModelwardError
from data.records.monitoring import Alert, MonitoringRun, NightOutcome
from data.records.run_context import RunContext
from data.registry.commands.monitoring import RecordMonitoring
from data.registry.registry import LARGEST_BATCH, Receipt, Registry
from data.text.counted import counted
from monitoring.alert_rule import AlertState
from tasks.monitor.monitor_chunk import ModelResult
from tasks.monitor.write_alerts import write_alerts
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


@dataclass(frozen=True)
class RecordedNight:
    """The recorded runs, and the failure reasons of the other models, both by model key."""

    runs: Mapping[str, MonitoringRun]
    failed: Mapping[str, str]


def record_night(results: Sequence[ModelResult], context: RunContext, steps: Steps = PLAIN_CALLS) -> list[NightOutcome]:
    """Record each result, write the alerts, and return the outcome of each model.

    Raises PublishError when the outbox cannot be written; everything is recorded by then.
    """
    recorded = steps.take(record_windows, results, context)
    alerts = steps.take(write_alerts, list(recorded.runs.values()), recorded.failed, context.as_of)
    return [
        _outcome(recorded.runs[one.model], alerts[one.model])
        if one.model in recorded.runs
        else _missed(one, recorded.failed.get(one.model))
        for one in results
    ]


@step("record windows")
def record_windows(results: Sequence[ModelResult], context: RunContext) -> RecordedNight:
    """Record each result; a window that is recorded already with the same figures is not changed.

    Up to MOST_TOGETHER results share one transaction, and each result is one event. A result that cannot be recorded
    counts as failed; the others are recorded.
    """
    runs: dict[str, MonitoringRun] = {}
    failed = {one.model: one.reason for one in results if one.failed}
    for model, outcome in _recorded([one.command for one in results if one.command is not None], context):
        if isinstance(outcome, ModelwardError):
            failed[model] = f"{outcome.what} → {outcome.remedy}"
        else:
            runs[model] = outcome.row(MonitoringRun)
    name_step(f"record {counted(len(results), 'result')}: {_counts(results, runs, failed)}")
    return RecordedNight(runs, failed)


def _counts(results: Sequence[ModelResult], runs: Mapping[str, MonitoringRun], failed: Mapping[str, str]) -> str:
    """Return the counts as text, like `10 without faults, 2 with faults, 1 failed`; zero counts are omitted."""
    faulty = sum(bool(one.faults) for one in runs.values())
    idle = len(results) - len(runs) - len(failed)
    counts = {"without faults": len(runs) - faulty, "with faults": faulty, "failed": len(failed), "not watched": idle}
    return ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "none"


def _recorded(
    commands: Sequence[RecordMonitoring], context: RunContext
) -> Iterator[tuple[str, Receipt | ModelwardError]]:
    """Yield the outcome of each command by model; an error of a batch is the outcome of each of its commands."""
    registry = Registry.here()
    for start in range(0, len(commands), LARGEST_BATCH):
        batch = commands[start : start + LARGEST_BATCH]
        models = [one.model for one in batch]
        try:
            outcomes = registry.execute_together(batch, context)
        except ModelwardError as error:
            yield from ((model, error) for model in models)
        else:
            yield from zip(models, outcomes, strict=True)


def _outcome(recorded: MonitoringRun, alerts: Sequence[Alert]) -> NightOutcome:
    mine = [one for one in alerts if one.last_window == recorded.to_date]
    pages = [one.key for one in mine if recorded.outcomes.get(one.about) == AlertState.PAGE]
    return NightOutcome(
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
    """Return True if this window added a warning: a figure beyond its margin, or a flaw of the labels."""
    return recorded.outcomes.get(alert.about) in (AlertState.WATCH, None)


def _missed(result: ModelResult, failed: str | None) -> NightOutcome:
    """Return the outcome of a model without a recorded run."""
    if failed is not None:
        return NightOutcome(model=result.model, state="failed", why=failed)
    return NightOutcome(model=result.model, state="not watched", why=result.reason)
