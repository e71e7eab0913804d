"""Computes the risk tier of a model, from 1 (most demanding) to 4, from scores that a person gives and explains.

Materiality and complexity are two separate scores that a matrix combines; an unknown score counts as the worst.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from data.records.row import Frozen

WORST = 4
CROWDED = 5
MATRIX = {4: (2, 1, 1, 1), 3: (3, 2, 2, 1), 2: (3, 3, 3, 2), 1: (4, 4, 4, 3)}


def _known(value: object) -> object:
    return WORST if value == "unknown" else value


Score = Annotated[Literal[1, 2, 3, 4], BeforeValidator(_known)]


class TierFactors(Frozen):
    """Seven scores from 1 (least) to 4 (most), with `unknown` counted as 4, and the rationale for them."""

    exposure: Score
    purpose: Score
    method_complexity: Score
    opacity: Score
    data: Score
    assumptions: Score
    autonomy: Score
    rationale: str = Field(min_length=1)

    @property
    def materiality(self) -> int:
        """The greater of exposure and purpose."""
        return max(self.exposure, self.purpose)

    @property
    def complexity(self) -> int:
        """The mean of the five other scores, halves rounded up; at least 3 when opacity or autonomy is 4."""
        five = (self.method_complexity, self.opacity, self.data, self.assumptions, self.autonomy)
        mean = (2 * sum(five) + len(five)) // (2 * len(five))
        return max(mean, 3) if WORST in (self.opacity, self.autonomy) else mean

    @property
    def scores(self) -> dict[str, int]:
        """The scores by factor."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "rationale"}

    def tier(self, consumers: int = 0) -> int:
        """Return the tier by the matrix; five or more declared consumers make it one stricter.

        Source: SR 26-2 §III (materiality = purpose and exposure; risk = inherent risk in its light); the matrix and the
        minimum scores are a policy of modelward.
        """
        tier = MATRIX[self.materiality][self.complexity - 1]
        return max(1, tier - 1) if consumers >= CROWDED else tier
