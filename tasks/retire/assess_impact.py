"""Whom the end of a version reaches: consumers declared and consumers seen in the logs, and those behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import rfc8785

from data.files.artifacts import ArtifactStore
from data.logs.model_logs import LoggedDay, ModelLogs
from data.logs.prediction_log import ConsumerTraffic, merged_traffic
from data.records.instant import write_instant
from data.records.model import Consumer, Model
from data.records.names import system_name
from data.records.version import Version
from data.registry.registry import Registry
from gates.impact import Affected, impact
from tasks.run.business_time import moment

FORMAT = "retirement-impact-1"


@dataclass(frozen=True)
class Impact:
    """Everybody reached, nearest first, and the digest of the assessment as it is kept."""

    affected: tuple[Affected, ...]
    digest: str


def assess_impact(version: str, as_of: datetime | None) -> Impact:
    """Assess on what is declared and on every whole day logged so far; the assessment is kept by digest.

    Days that cannot be read are named in it. Raises LogFormatError for a folder that names no day.
    """
    registry, at = Registry.here(), moment(as_of)
    with registry.reading() as state:
        row = state.need(Version, version)
        model = state.need(Model, row.model)
        declared = state.find(Consumer)
    logs = ModelLogs(registry.home, model)
    days = logs.days(date.min, at.date() - timedelta(days=1))
    logs.remember()
    seen = seen_of(days, str(row.number))
    affected = impact(model.key, with_seen(declared, model.key, seen))
    told: dict[str, Any] = {
        "format": FORMAT,
        "version": version,
        "assessed_at": write_instant(at),
        "logs": _read(days),
        "seen": [{"consumer": one.consumer, "rows": one.rows, "last_at": write_instant(one.last_at)} for one in seen],
        "affected": [one.model_dump(mode="json") for one in affected],
    }
    return Impact(affected, ArtifactStore(registry.home.artifacts).put(rfc8785.dumps(told)))


def seen_of(days: Iterable[LoggedDay], version: str) -> tuple[ConsumerTraffic, ...]:
    """Who asked a version (its name in the logs) over these days, how often and when last."""
    return merged_traffic([seen for day in days for seen in day.traffic if seen.version == version])


def with_seen(known: Sequence[Consumer], model: str, seen: Iterable[ConsumerTraffic]) -> list[Consumer]:
    """The consumers on record, brought up to date by the logs, and those that only the logs know."""
    rows = {one.key: one for one in known}
    for one in seen:
        system = system_name(one.consumer)
        key = f"{model}/consumers/{system}"
        row = rows.get(key) or Consumer(key=key, model=model, system=system, declared=False)
        last = max(one.last_at, row.last_seen_at or one.last_at)
        rows[key] = row.model_copy(update={"last_seen_at": last})
    return list(rows.values())


def _read(days: Sequence[LoggedDay]) -> dict[str, object]:
    return {
        "days": len(days),
        "first": days[0].day.isoformat() if days else None,
        "last": days[-1].day.isoformat() if days else None,
        "unreadable": [one.day.isoformat() for one in days if one.broken],
    }
