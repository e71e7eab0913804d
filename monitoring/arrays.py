"""The array types of this layer, and the checks that columns have one length and allowed values."""

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
    """The common length of one-dimensional arrays, named for the message.

    Raises:
        StatisticsError: the arrays differ in length.

    >>> same_length(day=np.zeros(2), label=np.ones(2))
    2
    """
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        got = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise StatisticsError(f"columns of different length: {got}", "pass one row of each per prediction")
    return next(iter(lengths.values()))


def checked_scores(score: AnyArray, name: str = "score") -> FloatArray:
    """`score` as float64, each a probability.

    Raises:
        LogFormatError: a score is null, NaN or outside 0 to 1.
    """
    scores = np.asarray(score, dtype=np.float64)
    bad = int(np.count_nonzero(~((scores >= 0.0) & (scores <= 1.0))))
    if bad:
        raise LogFormatError(
            f"{name}: {bad} of {len(scores)} are null, NaN or outside 0 to 1",
            "write one probability per prediction; leave out predictions that were never scored",
        )
    return scores


def checked_labels(label: AnyArray, name: str = "label") -> FloatArray:
    """`label` as float64: 0, 1, or NaN where it is not known yet.

    Raises:
        LogFormatError: a known label is neither 0 nor 1.
    """
    labels = np.asarray(label, dtype=np.float64)
    bad = int(np.count_nonzero(~((labels == 0.0) | (labels == 1.0) | np.isnan(labels))))
    if bad:
        raise LogFormatError(
            f"{name}: {bad} of {len(labels)} known labels are neither 0 nor 1",
            "write 0, 1 or null; map other values to 0 and 1 first",
        )
    return labels


def frozen(array: AnyArray) -> AnyArray:
    """The array itself, made read-only."""
    array.flags.writeable = False
    return array
