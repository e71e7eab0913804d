"""Not a gate: find the consumers that a change or retirement of a model affects, directly or through models it feeds.

Source: NIST AI RMF GOVERN 1.7, MANAGE 2.4 (decommissioning); OSFI E-23 (dependants handled); PRA SS1/23 P3.4 (feeder
models).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from data.records.model import Consumer
from data.records.row import Frozen


class Affected(Frozen):
    """An affected consumer; `through` lists the models on the shortest path to the consumer, empty for a direct one."""

    system: str
    declared: bool
    through: tuple[str, ...] = ()
    owner: str = ""
    criticality: str = "medium"
    cadence_days: int = 1
    last_seen_at: datetime | None = None


def impact(model: str, consumers: Sequence[Consumer]) -> tuple[Affected, ...]:
    """Return each system that uses the output of a model, directly or through models it feeds, nearest first.

    `model` is a key `models/<team>/<name>`; `consumers` are those of all models. If a consumer feeds another model, the
    consumers of that model follow; a cycle is followed once. A system found on several paths counts as declared if one
    of them is declared, with its slowest cadence and its highest criticality. Source: NIST AI RMF MANAGE 2.4.
    """
    found: dict[str, list[tuple[Consumer, tuple[str, ...]]]] = {}
    reached, waiting = {model}, deque([(model, tuple[str, ...]())])
    while waiting:
        here, through = waiting.popleft()
        for consumer in sorted((one for one in consumers if one.model == here), key=lambda one: one.system):
            found.setdefault(consumer.system, []).append((consumer, through))
            fed = model_fed(consumer)
            if fed is not None and fed not in reached:
                reached.add(fed)
                waiting.append((fed, (*through, fed)))
    merged = [_merged(system, ways) for system, ways in found.items()]
    return tuple(sorted(merged, key=lambda one: (len(one.through), one.system)))


def model_fed(consumer: Consumer) -> str | None:
    """Return the key `models/team/name` of the model that a consumer feeds, or None; the record may omit `models/`."""
    fed = consumer.feeds_model
    return None if not fed else fed if fed.startswith("models/") else f"models/{fed}"


def _merged(system: str, ways: Sequence[tuple[Consumer, tuple[str, ...]]]) -> Affected:
    consumers = [one for one, _ in ways]
    seen = [one.last_seen_at for one in consumers if one.last_seen_at is not None]
    return Affected(
        system=system,
        declared=any(one.declared for one in consumers),
        through=ways[0][1],
        owner=next((one.owner for one in consumers if one.owner), ""),
        criticality=max((one.criticality for one in consumers), key=("low", "medium", "high").index),
        cadence_days=max(one.cadence_days for one in consumers),
        last_seen_at=max(seen, default=None),
    )
