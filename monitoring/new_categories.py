"""Do values come that the reference never held? Their share, and an exact test against what was to be expected.

Even without change some values are new: the reference's own values seen once tell how many. Sources: Good (1953),
Biometrika 40, 237–264 (the unseen share is about singletons ÷ rows); interval by Clopper and Pearson (1934).
"""

from __future__ import annotations

from data.records.measurement import CannotSay, Measurement
from monitoring.column_drift import start
from monitoring.distributions import binomial_tail, exact_share_interval
from monitoring.profile import Profile

STATISTIC = "new_categories"


def measure(reference: Profile, current: Profile, column: str) -> Measurement:
    """Share of the non-null rows whose value is new; the profile's `new_values` name the first twenty.

    The exact p-value tests "at most (singletons + 1) ÷ (rows + 1) of the rows are new". Cannot say for a column with so
    many values that the reference could not remember them.

    Raises:
        StatisticsError: different edges, no such column, or a numeric one.
    """
    counts = current.categorical(column)
    begun = start(STATISTIC, reference, current, column, values=False)
    rows = begun.rows - counts.missing
    begun = begun.model_copy(update={"rows": rows, "reference_rows": counts.edges.rows})
    reason = begun.cannot_say or (CannotSay.EMPTY_WINDOW if rows == 0 else None)
    if reason is None and (counts.edges.open_ended or counts.edges.rows == 0):
        reason = CannotSay.NO_REFERENCE
    if reason is not None:
        return begun.model_copy(update={"cannot_say": reason})
    low, high = exact_share_interval(counts.new, rows)
    unseen = (counts.edges.singletons + 1) / (counts.edges.rows + 1)
    return begun.model_copy(
        update={
            "value": counts.new / rows,
            "low": low,
            "high": high,
            "p_value": binomial_tail(counts.new, rows, unseen),
        }
    )
