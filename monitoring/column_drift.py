"""Prepare the measurement of a drift statistic: check that two profiles of a column can be compared."""

from __future__ import annotations

import numpy as np

from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring.profile import Profile

VALUES_FOR_DRIFT = 30


def prepare_measurement(
    statistic: str, reference: Profile, current: Profile, column: str, *, values: bool = True
) -> Measurement:
    """Return the measurement without its value: sample sizes, slice, edges, and the reason if it cannot say.

    With `values`, both profiles need 30 values that are not missing, and the reference needs two different values.
    Without `values`, both profiles need at least one row.

    Raises:
        StatisticsError: the profiles have different edges, or no such column.
    """
    if reference.edges.digest != current.edges.digest:
        digests = f"{reference.edges.digest} and {current.edges.digest}"
        raise StatisticsError(f"the profiles have different edges: {digests}")
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
    """Return the slice (`segment`) if all parts of the profile have the same, else ""."""
    segments = {part.segment for part in profile.parts}
    return segments.pop() if len(segments) == 1 else ""


def _without_rows(reference: Profile, current: Profile) -> CannotSay | None:
    """Return the reason why a share of rows cannot be compared, or None."""
    if current.rows == 0:
        return CannotSay.EMPTY_WINDOW
    return CannotSay.NO_REFERENCE if reference.rows == 0 else None


def _reason(reference: Profile, current: Profile, column: str, sizes: list[int]) -> CannotSay | None:
    """Return the reason why the values cannot be compared, or None."""
    absent = _without_rows(reference, current)
    if absent is not None:
        return absent
    if sizes[1] == 0:
        return CannotSay.NO_REFERENCE
    if min(sizes) < VALUES_FOR_DRIFT:
        return CannotSay.TOO_FEW_ROWS
    filled = np.count_nonzero(reference.column(column).ordered)
    return CannotSay.CONSTANT_COLUMN if filled < 2 else None
