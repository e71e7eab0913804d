"""Measurements of a window, without any judgement."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class CannotSay(StrEnum):
    """The reason why a statistic has no value: unknown is a state of its own, never a zero or a NaN."""

    EMPTY_WINDOW = "empty window"
    TOO_FEW_ROWS = "too few rows"
    TOO_FEW_DAYS = "too few days"
    CONSTANT_COLUMN = "constant column"
    NO_LABELS_YET = "no labels yet"
    LOW_COVERAGE = "label coverage too low"
    ONE_CLASS = "only one class among the labels"
    NO_REFERENCE = "no reference"
    MISSING_COLUMN = "column missing"


class Measurement(BaseModel):
    """One statistic of one column (or of the scores) over one window.

    `value` is None exactly when `cannot_say` gives the reason. `low` and `high` are the bounds of a 95 % interval of
    `value`; `p_value` is that of the statistic's own null hypothesis. `rows` and `reference_rows` are the numbers of
    rows used from the window and the reference; `coverage` is the share (0 to 1) of predictions with a known label.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    statistic: str
    column: str
    value: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    rows: int = 0
    reference_rows: int = 0
    coverage: float | None = None
    segment: str = ""
    cannot_say: CannotSay | None = None
    edges_digest: str = ""
