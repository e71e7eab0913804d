"""Measure the share of values that the reference does not have, with an exact test against the expected share.

Some values are new even without drift; the number of values with a single row in the reference gives the expected
share. Sources: Good (1953), Biometrika 40, 237–264 (the share of new values is about singletons ÷ rows); interval by
Clopper and Pearson (1934).
"""

from __future__ import annotations

from data.records.measurement import CannotSay, Measurement
from monitoring.column_drift import prepare_measurement
from monitoring.distributions import binomial_tail, exact_share_interval
from monitoring.profile import Profile

STATISTIC = "new_categories"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Return the share of the non-null rows with a new value; the first twenty are in `new_values` of the profile.

    The exact p-value tests "at most (singletons + 1) ÷ (rows + 1) of the rows are new". Cannot say for a column with
    too many values for the reference (`open_ended`).

    Raises:
        StatisticsError: the profiles have different edges, or the column is missing or numeric.
    """
    counts = current.categorical(column)
    measurement = prepare_measurement(STATISTIC, reference, current, column, values=False)
    rows = measurement.rows - counts.missing
    measurement = measurement.model_copy(update={"rows": rows, "reference_rows": counts.edges.rows})
    reason = measurement.cannot_say or (CannotSay.EMPTY_WINDOW if rows == 0 else None)
    if reason is None and (counts.edges.open_ended or counts.edges.rows == 0):
        reason = CannotSay.NO_REFERENCE
    if reason is not None:
        return measurement.model_copy(update={"cannot_say": reason})
    low, high = exact_share_interval(counts.new, rows)
    expected = (counts.edges.singletons + 1) / (counts.edges.rows + 1)
    return measurement.model_copy(
        update={
            "value": counts.new / rows,
            "low": low,
            "high": high,
            "p_value": binomial_tail(counts.new, rows, expected),
        }
    )
