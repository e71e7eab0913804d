"""Champion comparison: the verdict follows from the interval of the paired difference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import comparison

CHAMPION = rows.version(key=f"{rows.MODEL}/versions/1", number=1)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a whole interval above 0 passes": ({}, {}, "passed"),
    "a whole interval above 0 passes if better is demanded": ({}, {"demand": "better"}, "passed"),
    "a lower end within the margin passes": ({"low": -0.009}, {}, "passed"),
    "a lower end on the margin is unproven": ({"low": -0.01}, {}, "unproven"),
    "an interval that contains the threshold is unproven": ({"low": -0.039, "high": 0.019}, {}, "unproven"),
    "a whole interval below the margin fails": ({"low": -0.04, "high": -0.02}, {}, "failed"),
    "an upper end on the margin fails": ({"low": -0.04, "high": -0.01}, {}, "failed"),
    "a lower end below 0 is unproven if better is demanded": ({"low": -0.001}, {"demand": "better"}, "unproven"),
    "a lower end of 0 is unproven if better is demanded": ({"low": 0.0}, {"demand": "better"}, "unproven"),
    "an upper end of 0 fails if better is demanded": ({"low": -0.2, "high": 0.0}, {"demand": "better"}, "failed"),
    "fewer than 14 days are unproven": ({"days": 13}, {}, "unproven"),
    "14 days are enough": ({"days": 14}, {}, "passed"),
    "a comparison that cannot say is unproven": ({"cannot_say": "too few days"}, {}, "unproven"),
    "a difference without an interval is unproven": ({"low": None}, {}, "unproven"),
    "an interval without an upper end is unproven": ({"high": None}, {}, "unproven"),
    "a NaN is unproven": ({"low": rows.NAN, "high": rows.NAN}, {}, "unproven"),
    "a comparison with another champion is unproven": ({"champion": f"{rows.MODEL}/versions/0"}, {}, "unproven"),
    "a comparison of another metric is unproven": ({"metric": "brier"}, {}, "unproven"),
    "the name of the statistic is recognised as its metric": ({"metric": "auc_difference"}, {}, "passed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_follows_from_the_interval(case: str) -> None:
    changes, parameters, outcome = CASES[case]
    evidence = rows.evidence(champion=CHAMPION, comparisons=(comparison(**changes),))
    found = rows.judged("champion_comparison", evidence, **{"metrics": ["auc"], "margin": 0.01, **parameters})
    assert rows.outcomes(found) == {"difference of auc from the champion": outcome}


def test_a_first_version_passes() -> None:
    (only,) = rows.judged("champion_comparison", rows.evidence(), metrics=["auc"])
    assert "first version" in rows.words(only)


def test_a_missing_environment_is_unproven() -> None:
    (only,) = rows.judged("champion_comparison", rows.evidence(environment=""), metrics=["auc"])
    assert only.verdict.outcome == "unproven"


def test_the_threshold_is_minus_the_margin_or_0() -> None:
    evidence = rows.evidence(champion=CHAMPION, comparisons=(comparison(),))
    thresholds = [
        rows.judged("champion_comparison", evidence, metrics=["auc"], margin=0.01, demand=demand)[0].limit
        for demand in ("not worse", "better")
    ]
    assert thresholds == [-0.01, 0.0]
