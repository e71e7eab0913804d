"""Two profiles of one column side by side: what every drift statistic checks before it computes a value."""

from __future__ import annotations

import numpy as np

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring.profile import Profile

VALUES_FOR_DRIFT = 30


def start(statistic: str, reference: Profile, current: Profile, column: str, *, values: bool = True) -> Measurement:
    """The measurement without its value: sample sizes, segment, edges, and why nothing can be said, if so.

    With `values`, both sides need 30 values that are not missing and the reference two different ones; without, both
    sides need a row.

    Raises:
        StatisticsError: the profiles are on different edges, or have no such column.
    """
    if reference.edges.digest != current.edges.digest:
        raise StatisticsError(f"profiles on different edges: {reference.edges.digest} and {current.edges.digest}")
    sizes = [profile.rows - (profile.column(column).missing if values else 0) for profile in (current, reference)]
    return Measurement(
        statistic=statistic,
        column=column,
        value=None,
        rows=sizes[0],
        reference_rows=sizes[1],
        segment=segment_of(current),
        edges_digest=current.edges.digest,
        cannot_say=_reason(reference, current, column, sizes) if values else _without_rows(reference, current),
    )


def segment_of(profile: Profile) -> str:
    """The segment that all parts of a profile share, "" where they share none."""
    segments = {part.segment for part in profile.parts}
    return segments.pop() if len(segments) == 1 else ""


def _without_rows(reference: Profile, current: Profile) -> CannotSay | None:
    """Why a share of rows cannot be compared, or None."""
    if current.rows == 0:
        return CannotSay.EMPTY_WINDOW
    return CannotSay.NO_REFERENCE if reference.rows == 0 else None


def _reason(reference: Profile, current: Profile, column: str, sizes: list[int]) -> CannotSay | None:
    """Why the values cannot be compared, or None."""
    absent = _without_rows(reference, current)
    if absent is not None:
        return absent
    if sizes[1] == 0:
        return CannotSay.NO_REFERENCE
    if min(sizes) < VALUES_FOR_DRIFT:
        return CannotSay.TOO_FEW_ROWS
    filled = np.count_nonzero(reference.column(column).ordered)
    return CannotSay.CONSTANT_COLUMN if filled < 2 else None
