"""Find the consumers affected by retiring a version, direct and downstream: declared or seen in the logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import rfc8785

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.logs.model_logs import LoggedDay, ModelLogs
from data.logs.prediction_log import ConsumerTraffic, merged_traffic
from data.queries.retirements import RetirementSubject
from data.records.model import Consumer
from data.records.names import system_name
from data.records.retirement_evidence import ImpactDocument, LogCoverage, TrafficRecord
from data.records.run_context import RunContext
from data.text.counted import counted
from gates.impact import Affected, impact
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step


@dataclass(frozen=True)
class AssessedImpact:
    """The affected consumers, nearest first, and the digest of the stored assessment."""

    affected: tuple[Affected, ...]
    digest: str


@step("assess impact")
def assess_impact(subject: RetirementSubject, context: RunContext) -> AssessedImpact:
    """Assess the impact from the declared consumers and every complete logged day; store the assessment by digest.

    A version that never served and is in no log affects nobody. The assessment lists the days that cannot be read.
    Raises LogFormatError for a folder of the log whose name is not a day.
    """
    model, version = subject.model, subject.version
    home, at = Home.here(), moment(context.as_of)
    logs = ModelLogs(home, model)
    days = logs.days(date.min, at.date() - timedelta(days=1))
    logs.remember()
    seen = seen_of(days, str(version.number))
    is_used = subject.has_served or bool(seen)
    affected = impact(model.key, with_seen(subject.consumers, model.key, seen)) if is_used else ()
    document = ImpactDocument(
        version=version.key,
        assessed_at=at,
        logs=_coverage(days),
        seen=tuple(TrafficRecord(consumer=one.consumer, rows=one.rows, last_at=one.last_at) for one in seen),
        affected=tuple(one.model_dump(mode="json") for one in affected),
    )
    found = f"{counted(len(affected), 'consumer')}, {counted(len(days), 'day')} of logs"
    name_step(f"assess impact: {found}", version=version.key)
    digest = ArtifactStore(home.artifacts).put(rfc8785.dumps(document.model_dump(mode="json")))
    return AssessedImpact(affected, digest)


def seen_of(days: Iterable[LoggedDay], version: str) -> tuple[ConsumerTraffic, ...]:
    """Return the consumers of a version (by its name in the logs) over these days, with row count and last time."""
    return merged_traffic([seen for day in days for seen in day.traffic if seen.version == version])


def with_seen(known: Sequence[Consumer], model: str, seen: Iterable[ConsumerTraffic]) -> list[Consumer]:
    """Return the recorded consumers, updated from the logs, and the consumers found only in the logs."""
    rows = {one.key: one for one in known}
    for traffic in seen:
        system = system_name(traffic.consumer)
        key = f"{model}/consumers/{system}"
        row = rows.get(key) or Consumer(key=key, model=model, system=system, declared=False)
        last = max(traffic.last_at, row.last_seen_at or traffic.last_at)
        rows[key] = row.model_copy(update={"last_seen_at": last})
    return list(rows.values())


def _coverage(days: Sequence[LoggedDay]) -> LogCoverage:
    return LogCoverage(
        days=len(days),
        first=days[0].day.isoformat() if days else None,
        last=days[-1].day.isoformat() if days else None,
        unreadable=tuple(one.day.isoformat() for one in days if one.broken),
    )
