"""What a version's scores were worth on its held-out data: how they lie, and which share came true at each height."""

from __future__ import annotations

import json
from dataclasses import dataclass

from data.errors import ArtifactError, StatisticsError
from data.files.artifacts import ArtifactStore
from monitoring import score_file
from monitoring.score_groups import ScoreGroup, score_groups
from monitoring.scores import COUNT, ScoreHistogram

BARS = 25


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
    return HeldOut(score_groups(counted), shares[0], shares[1], counted.known)


def _shares(counted: ScoreHistogram, label: int) -> tuple[float, ...]:
    """The share of the predictions with this label in each stretch of scores."""
    counts = counted.by_label[COUNT][label].reshape(BARS, -1).sum(axis=1)
    whole = max(int(counts.sum()), 1)
    return tuple((counts / whole).tolist())
