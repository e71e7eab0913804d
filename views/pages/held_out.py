"""A version's scores on its held-out data: their distribution by label, and the event rate by score group."""

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
    """Score groups of a tenth of the rows each, and the shares of scores in 25 equal bins, by label.

    `without` are the shares of rows without the event, `with_event` those of rows with it.
    """

    groups: tuple[ScoreGroup, ...]
    without: tuple[float, ...]
    with_event: tuple[float, ...]
    rows: int


def held_out(store: ArtifactStore, reference: str | None) -> HeldOut | None:
    """Return the held-out scores kept with a version's reference; None if there are none or they cannot be read."""
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
    """Return, for each bin of scores, the share of the rows with this label that fall into it."""
    counts = counted.by_label[COUNT][label].reshape(BARS, -1).sum(axis=1)
    whole = max(int(counts.sum()), 1)
    return tuple((counts / whole).tolist())
