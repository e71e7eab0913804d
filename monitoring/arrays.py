"""Define the array types of this layer, and check that columns have equal length and allowed values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import LogFormatError, StatisticsError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
AnyArray = NDArray[Any]


def same_length(**arrays: AnyArray) -> int:
    """Return the common length of one-dimensional arrays; the names of the arguments appear in the message.

    Raises:
        StatisticsError: the arrays differ in length.

    >>> same_length(day=np.zeros(2), label=np.ones(2))
    2
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        got = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise StatisticsError(f"columns have different lengths: {got}", "pass one row for each prediction")
    return next(iter(lengths.values()))


def checked_scores(score: AnyArray, name: str = "score") -> FloatArray:
    """Return `score` as float64 after checking that each value is a probability.

    Raises:
        LogFormatError: a score is null, NaN or outside 0 to 1.
    """
    scores = np.asarray(score, dtype=np.float64)
    bad = int(np.count_nonzero(~((scores >= 0.0) & (scores <= 1.0))))
    if bad:
        raise LogFormatError(
            f"{name}: {bad} of {len(scores)} values are null, NaN or outside 0 to 1",
            "write one probability for each prediction; leave out predictions without a score",
        )
    return scores


def checked_labels(label: AnyArray, name: str = "label") -> FloatArray:
    """Return `label` as float64: 0, 1, or NaN if the label is not known yet.

    Raises:
        LogFormatError: a known label is neither 0 nor 1.
    """
    labels = np.asarray(label, dtype=np.float64)
    bad = int(np.count_nonzero(~((labels == 0.0) | (labels == 1.0) | np.isnan(labels))))
    if bad:
        raise LogFormatError(
            f"{name}: {bad} of {len(labels)} values are neither 0, 1 nor null",
            "write 0, 1 or null as the label",
        )
    return labels


def frozen(array: AnyArray) -> AnyArray:
    """Make the array read-only and return it."""
    array.flags.writeable = False
    return array
