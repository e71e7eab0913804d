"""Measure how many held-out rows are training rows, by id and by content, and how many equal rows chance explains.

The arrays are hashes, one for each row (`data.submission.row_hashes`).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from data.records.version import Overlap

Hashes = npt.NDArray[np.uint64]
DRIFT = 1.1  # held-out data may repeat a tenth more often than training data, because cases change with time
DEVIATIONS = 3.0


def measure_overlap(
    training_ids: Hashes, training_rows: Hashes, held_out_ids: Hashes, held_out_rows: Hashes
) -> Overlap:
    """Return the held-out rows that have the id, and the content, of a training row; both datasets have rows.

    `explained` is the number of rows of equal content that the repeats inside the training data explain.
    """
    return Overlap(
        ids=_shared(training_ids, held_out_ids),
        rows=_shared(training_rows, held_out_rows),
        explained=explained_rows(training_rows, held_out_rows),
    )


def explained_rows(training: Hashes, held_out: Hashes) -> int:
    """Return the largest number of held-out rows that may equal a training row by chance.

    A new row equals one of the training rows with the probability that a training row equals another one (Source: Good
    (1953), Biometrika 40, 237–264), as far as the held-out rows repeat among themselves as often as a sample of the
    training rows would. Training rows that were only written twice thus explain nothing. Three standard deviations are
    added.
    """
    copies = np.unique(training, return_counts=True)[1].astype(np.float64)
    rows, sample = len(training), len(held_out)
    repeating = float(copies[copies > 1].sum()) / rows
    expected = min(1.0, repeating * _similarity(copies, held_out))
    floored = max(expected, 1.0 / (rows + 2))
    noise = DEVIATIONS * math.sqrt(floored * (1.0 - floored) * (1.0 / sample + 1.0 / rows))
    return math.floor(sample * min(1.0, expected + noise))


def _similarity(copies: npt.NDArray[np.float64], held_out: Hashes) -> float:
    """Return how often held-out rows repeat, divided by how often they would in a sample of the training rows."""
    rows, sample = copies.sum(), len(held_out)
    drawn = min(1.0, (sample - 1) / max(rows - 1, 1))
    expected = sample * float((copies * (1.0 - (1.0 - drawn) ** (copies - 1.0))).sum()) / rows
    counts = np.unique(held_out, return_counts=True)[1]
    pairs = float(counts[counts > 1].sum()) / 2.0
    highest = 2.0 * (math.sqrt(pairs + 1.0) + DEVIATIONS / 2.0) ** 2  # of a Poisson count: Anscombe (1948)
    return DRIFT if expected * DRIFT <= highest else highest / expected


def _shared(training: Hashes, held_out: Hashes) -> int:
    return int(np.isin(held_out, training).sum())
