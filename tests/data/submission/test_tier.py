"""The risk tier: a matrix of materiality and complexity, in which an unknown score counts as the worst."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from data.submission.tier import TierFactors


def factors(**scores: Any) -> TierFactors:
    lowest = dict.fromkeys(
        ("exposure", "purpose", "method_complexity", "opacity", "data", "assumptions", "autonomy"), 1
    )
    return TierFactors(**{**lowest, "rationale": "known", **scores})


MATRIX = {
    4: {1: 2, 2: 1, 3: 1, 4: 1},
    3: {1: 3, 2: 2, 3: 2, 4: 1},
    2: {1: 3, 2: 3, 3: 3, 4: 2},
    1: {1: 4, 2: 4, 3: 4, 4: 3},
}


@pytest.mark.parametrize("materiality, row", MATRIX.items())
def test_the_tier_follows_the_matrix(materiality: int, row: dict[int, int]) -> None:
    five = ("method_complexity", "opacity", "data", "assumptions", "autonomy")
    found = {c: factors(exposure=materiality, **dict.fromkeys(five, c)).tier() for c in row}
    assert found == row


CASES: dict[str, tuple[dict[str, Any], str, int]] = {
    "materiality is the greater of the two": ({"exposure": 1, "purpose": 4}, "materiality", 4),
    "complexity is a mean": ({"method_complexity": 4, "data": 4, "assumptions": 3}, "complexity", 3),
    "a half is rounded up": ({"method_complexity": 3, "data": 2, "assumptions": 2}, "complexity", 2),
    "opacity of 4 floors complexity at 3": ({"opacity": 4}, "complexity", 3),
    "autonomy of 4 floors complexity at 3": ({"autonomy": "unknown"}, "complexity", 3),
    "what is unknown counts as 4": ({"exposure": "unknown"}, "materiality", 4),
}


@pytest.mark.parametrize("scores, name, value", CASES.values(), ids=CASES)
def test_materiality_and_complexity_of(scores: dict[str, Any], name: str, value: int) -> None:
    assert getattr(factors(**scores), name) == value


def test_five_consumers_raise_the_tier_by_one_and_never_above_the_first() -> None:
    assert [factors(exposure=3).tier(count) for count in (0, 4, 5, 9)] == [3, 3, 2, 2]
    assert factors(exposure=4, method_complexity=4, opacity=4).tier(5) == 1


def test_scores_are_given_by_factor() -> None:
    assert factors(data="unknown").scores["data"] == 4
    assert "rationale" not in factors().scores


@pytest.mark.parametrize("score", [0, 5, 2.5, "high", None])
def test_a_score_outside_1_to_4_is_refused(score: Any) -> None:
    with pytest.raises(ValidationError):
        factors(exposure=score)
