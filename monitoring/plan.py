"""Define the watch rules of a monitoring plan: the figures that are monitored, and the deviations that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.errors import ConfigurationError

DRIFT_STATISTICS = ("ks", "psi", "chi_square", "null_rate", "new_categories", "mean_shift")
"""Statistics of one column, an input or the score."""
SCORE_STATISTICS = ("auc", "brier", "log_loss", "calibration", "score_rate", "label_rate", "loss_residual", "coverage")
"""Figures of scores and labels, under the column `score`."""
STATISTICS = (*DRIFT_STATISTICS, *SCORE_STATISTICS)
SCORE = "score"
KINDS: Mapping[str, str] = {
    "ks": "numeric",
    "mean_shift": "numeric",
    "chi_square": "categorical",
    "new_categories": "categorical",
}
"""The kind of column that a drift statistic needs; the others take both."""


class Direction(StrEnum):
    """The direction in which a deviation of a figure from its reference is bad."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


class WatchRule(BaseModel):
    """A watch rule: one monitored figure and the deviations that count.

    A figure is beyond its margin if its whole interval is more than `margin` away from `reference` in `direction`. If
    it is more than `severe` away, the alert has level page at once (None: never at once). `seasonal` is the reason why
    a shift of the column is expected; the shift is then shown, but never gives an alert of level page.

    Raises:
        ConfigurationError: `severe` is not above `margin`, or the statistic is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    statistic: str
    column: str
    segment: str = ""
    direction: Direction = Direction.UP
    reference: float = Field(default=0.0, allow_inf_nan=False)
    margin: float = Field(ge=0.0, allow_inf_nan=False)
    severe: float | None = Field(default=None, allow_inf_nan=False)
    seasonal: Annotated[str, Field(min_length=1)] | None = None
    rationale: str = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.statistic not in STATISTICS:
            raise ConfigurationError(
                f"unknown statistic {self.statistic} in a watch rule", f"choose from: {', '.join(STATISTICS)}"
            )
        if self.severe is not None and self.severe <= self.margin:
            raise ConfigurationError(
                f"{self.about}: severe is {self.severe:g}, but the margin is {self.margin:g}",
                "set severe above the margin, or omit severe",
            )
        return self

    @property
    def about(self) -> str:
        """Statistic, column and slice of the rule as one name, which is unique in a plan."""
        return ":".join(filter(None, (self.statistic, self.column, self.segment)))


class Persistence(BaseModel):
    """The number of windows beyond the margin, `needed` of the latest `of`, that give an alert of level page.

    Raises:
        ConfigurationError: `needed` is larger than `of`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    needed: int = Field(default=2, ge=1)
    of: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.needed > self.of:
            raise ConfigurationError(
                f"persistence requires {self.needed} of {self.of} windows",
                f"require at most {self.of} windows",
            )
        return self


def watch_rules(rules: Iterable[Mapping[str, object]]) -> tuple[WatchRule, ...]:
    """Return the watch rules of a plan from plain values, in the same order.

    Raises:
        ConfigurationError: a field is missing, unknown or invalid, or two rules are about the same figure.
    """
    read = tuple(_rule(number, entry) for number, entry in enumerate(rules, start=1))
    names = [rule.about for rule in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"several watch rules for {', '.join(twice)}", "keep one watch rule for each figure")
    return read


def _rule(number: int, entry: Mapping[str, object]) -> WatchRule:
    """Return one rule; the message of an error gives the number of the rule and the field."""
    try:
        return WatchRule.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"watch rule {number}: {field}: {first['msg']} (got {first['input']!r})",
            "correct this field of the monitoring plan",
        ) from error
