"""Monitor a few models: read, measure and judge each; a failure of one model is its result and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.logs.label_join import LabelJoin
from data.logs.model_logs import LoggedDay, ModelLogs
from data.queries.monitored_models import MonitoredModel, MonitoringCandidate
from data.records.version import Version
from data.registry.commands.monitoring import RecordMonitoring
from data.text.counted import counted
from data.text.untrusted_text import storable
from monitoring.hard_fault import HardFault, faults_without_rule
from monitoring.plan import WatchRule, watch_rules
from tasks.monitor.compose_record import MeasuredWindow, compose_record, measurement_batch
from tasks.monitor.find_partitions import NightWindows, find_partitions, windows_of
from tasks.monitor.join_labels import LabelCounts, join_labels
from tasks.monitor.judge_window import broken_labels, column_faults, judge_window, log_faults
from tasks.monitor.measure_window import TRAINING, measure_inputs, measure_outcomes
from tasks.monitor.profile_partitions import profile_partitions
from tasks.register.build_reference import Reference, read_reference
from tasks.run.business_time import moment
from tasks.run.take_steps import log_step, name_step, step
from tasks.run.word_steps import day_words

LONGEST = 500
"""Most characters of an internal error that a result keeps."""


@dataclass(frozen=True)
class ModelResult:
    """The result of one model: the command that records it, or the reason why there is nothing to record."""

    model: str
    command: RecordMonitoring | None = None
    reason: str = ""
    failed: bool = False


@step("monitor models")
def monitor_chunk(models: Sequence[MonitoringCandidate], through: date, as_of: datetime | None) -> list[ModelResult]:
    """Return one result for each model of a chunk; `through` is the last day of the window."""
    name_step(f"monitor {counted(len(models), 'model')} through {day_words(through)}")
    with LabelJoin() as join:
        results = [_result_of(one, through, moment(as_of), join) for one in models]
    for result in results:
        if result.failed:
            log_step(f"failed: {result.reason}", model=result.model)
    return results


def monitor_model(model: MonitoringCandidate, through: date, now: datetime, join: LabelJoin) -> ModelResult:
    """Monitor one model and return its result. Raises the errors of modelward, and any internal error."""
    monitored = model.monitored
    if monitored is None:
        return ModelResult(
            model.key, reason="no monitoring plan is recorded → write monitoring.yaml and register again"
        )
    if monitored.champion is None:
        return ModelResult(model.key, reason="no version serves in production")
    return ModelResult(model.key, _record_of(monitored, monitored.champion, through, now, join))


def _result_of(model: MonitoringCandidate, through: date, now: datetime, join: LabelJoin) -> ModelResult:
    """Return a model's result; an error makes this model fail and not the others of its chunk."""
    try:
        return monitor_model(model, through, now, join)
    except ModelwardError as error:
        why = storable(f"{error.what} → {error.remedy}")
    except Exception as error:  # noqa: BLE001 – reported as the failure of this model
        why = internal_failure(error)
    return ModelResult(model.key, reason=why, failed=True)


def internal_failure(error: BaseException) -> str:
    """Return the reason of a failure that an internal error caused."""
    return storable(f"monitoring failed: {type(error).__name__}: {error}"[:LONGEST])


def _record_of(
    monitored: MonitoredModel, champion: Version, through: date, now: datetime, join: LabelJoin
) -> RecordMonitoring:
    home = Home.here()
    windows = windows_of(monitored.plan, through, now)
    rules = watch_rules(monitored.plan.rules)
    reference = _reference(home, champion)
    logs = ModelLogs(home, monitored.model)
    label = partial(join_labels, logs, version=str(champion.number), now=now, join=join)
    measured = _measure(logs, monitored, champion, rules, reference, windows, label)
    logs.remember()
    measured = replace(measured, altered=logs.altered())
    hard = faults_without_rule(_hard_faults(measured, reference), rules)
    judged = judge_window(monitored, rules, measured.figures, windows.inputs, hard, measured.labelled.faults)
    batch = measurement_batch(champion, windows, measured, judged)
    digest = ArtifactStore(home.artifacts).put(batch)
    return compose_record(monitored, champion, windows, measured, judged, digest)


def _hard_faults(measured: MeasuredWindow, reference: Reference | None) -> Iterator[HardFault]:
    yield from log_faults(measured.log_faults)
    if measured.profiled is not None and reference is not None:
        yield from log_faults(measured.profiled.faults)
        yield from column_faults(reference.profiles[TRAINING], measured.profiled.days)
    yield from broken_labels(measured.labelled.faults)


def _reference(home: Home, version: Version) -> Reference | None:
    if version.reference_digest is None:
        return None
    return read_reference(ArtifactStore(home.artifacts), version.reference_digest)


def _measure(
    logs: ModelLogs,
    monitored: MonitoredModel,
    champion: Version,
    rules: Sequence[WatchRule],
    reference: Reference | None,
    windows: NightWindows,
    label: Callable[[tuple[LoggedDay, ...]], LabelCounts],
) -> MeasuredWindow:
    inputs = find_partitions(logs, monitored, windows.inputs)
    outcomes = find_partitions(logs, monitored, windows.outcomes)
    profiled = None
    if reference is not None:
        name = str(champion.number)
        profiled = profile_partitions(logs, inputs.days, reference.edges, monitored.model.columns, name)
    labelled = label(outcomes.days)
    drift, refused = measure_inputs(rules, reference, profiled.window if profiled is not None else None)
    figures = (*drift, *measure_outcomes(rules, reference, labelled.days))
    faults = tuple(dict.fromkeys((*inputs.faults, *outcomes.faults)))
    return MeasuredWindow(inputs.days, faults, profiled, labelled, figures, tuple(refused))
