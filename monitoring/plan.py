"""What is watched, in which direction, and from which size on it matters: written down before the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.errors import ConfigurationError

STATISTICS = (
    *("ks", "psi", "chi_square", "null_rate", "new_categories", "mean_shift"),
    *("auc", "brier", "log_loss", "calibration", "score_rate", "label_rate", "loss_residual", "coverage"),
)


class Direction(StrEnum):
    """Which way a figure must move to be bad."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


class WatchRule(BaseModel):
    """One watched figure. Its effect is how far it lies beyond `reference` in `direction`.

    It matters when the near end of its interval is more than `margin` away, and pages at once when it is more than
    `severe` away (None: never at once). `seasonal` is the rationale by which the column's shift is expected: it is then
    shown and never paged.

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
                f"a watch rule names the statistic {self.statistic}", f"choose from {', '.join(STATISTICS)}"
            )
        if self.severe is not None and self.severe <= self.margin:
            raise ConfigurationError(
                f"{self.about}: severe is {self.severe:g}, the margin {self.margin:g}",
                "set severe above the margin, or leave it out",
            )
        return self

    @property
    def about(self) -> str:
        """What the rule is about, as one name: two rules of one plan differ in it."""
        return ":".join(filter(None, (self.statistic, self.column, self.segment)))


class Persistence(BaseModel):
    """How often a figure must be beyond its margin before anybody is paged: in `needed` of `of` windows.

    Raises:
        ConfigurationError: more windows needed than looked at.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    needed: int = Field(default=2, ge=1)
    of: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.needed > self.of:
            raise ConfigurationError(
                f"persistence needs {self.needed} of {self.of} windows", "need at most as many windows as are looked at"
            )
        return self


def watch_rules(rules: Iterable[Mapping[str, object]]) -> tuple[WatchRule, ...]:
    """The rules of a plan from plain values, in their order.

    Raises:
        ConfigurationError: a field is missing, unknown or has a value it cannot have, or two rules watch the same.
    """
    read = tuple(_rule(number, entry) for number, entry in enumerate(rules, start=1))
    names = [rule.about for rule in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"watched twice: {', '.join(twice)}", "keep one watch rule for each")
    return read


def _rule(number: int, entry: Mapping[str, object]) -> WatchRule:
    """One rule, errors naming its number and field."""
    try:
        return WatchRule.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"watch rule {number}: {field}: {first['msg']} (got {first['input']!r})",
            "put the named field of the monitoring plan right",
        ) from error
