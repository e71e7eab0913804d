"""What a version's scores were worth on its held-out data: how they lie, and which share came true at each height."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from data.artifacts import ArtifactStore
from data.errors import ArtifactError, StatisticsError
from monitoring import score_file
from monitoring.scores import COUNT, SUM, SUM_UNIT, ScoreHistogram

GROUPS, BARS = 10, 25
Z = 1.96


@dataclass(frozen=True)
class ScoreGroup:
    """A tenth of the predictions, by score: their mean score, the share that came true with its 95 % interval."""

    score: float
    rate: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class HeldOut:
    """Tenths from low scores to high, and the shares of scores in 25 equal stretches, by label."""

    groups: tuple[ScoreGroup, ...]
    without: tuple[float, ...]
    with_event: tuple[float, ...]
    rows: int


def held_out(store: ArtifactStore, reference: str | None) -> HeldOut | None:
    """From the scores kept with a version's reference; None where there are none or they cannot be read."""
    if reference is None:
        return None
    try:
        part = json.loads(store.read(reference))["scores"].get("held-out")
        counted = score_file.from_bytes(store.read(part)) if part else None
    except (ArtifactError, StatisticsError, ValueError, LookupError):
        return None
    if counted is None or counted.known == 0:
        return None
    shares = [_shares(counted, label) for label in (0, 1)]
    return HeldOut(tuple(_groups(counted)), shares[0], shares[1], counted.known)


def _groups(counted: ScoreHistogram) -> list[ScoreGroup]:
    negatives, positives = counted.by_label[COUNT]
    sums = counted.by_label[SUM].sum(axis=0) * SUM_UNIT
    rows = negatives + positives
    group = np.minimum((np.cumsum(rows) - rows / 2) / counted.known * GROUPS, GROUPS - 1).astype(np.int64)
    found = []
    for number in range(GROUPS):
        mine = group == number
        n = int(rows[mine].sum())
        if n:
            found.append(_group(n, int(positives[mine].sum()), float(sums[mine].sum()) / n))
    return found


def _group(rows: int, events: int, score: float) -> ScoreGroup:
    """With the interval of Wilson (1927), Journal of the American Statistical Association 22, 209-212."""
    rate = events / rows
    middle = (rate + Z * Z / (2 * rows)) / (1 + Z * Z / rows)
    half = Z / (1 + Z * Z / rows) * (rate * (1 - rate) / rows + Z * Z / (4 * rows * rows)) ** 0.5
    return ScoreGroup(score, rate, max(middle - half, 0.0), min(middle + half, 1.0), rows)


def _shares(counted: ScoreHistogram, label: int) -> tuple[float, ...]:
    """The share of the predictions with this label in each stretch of scores."""
    counts = counted.by_label[COUNT][label].reshape(BARS, -1).sum(axis=1)
    whole = max(int(counts.sum()), 1)
    return tuple((counts / whole).tolist())
