"""Champion comparison: where the interval of the paired difference lies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates import rows
from tests.gates.rows import comparison

CHAMPION = rows.version(key=f"{rows.MODEL}/versions/1", number=1)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "better throughout passes": ({}, {}, "passed"),
    "better throughout passes where better is asked": ({}, {"demand": "better"}, "passed"),
    "perhaps a little worse, within the margin, passes": ({"low": -0.009}, {}, "passed"),
    "a lower end on the margin is unproven": ({"low": -0.01}, {}, "unproven"),
    "a wide interval on both sides is unproven": ({"low": -0.039, "high": 0.019}, {}, "unproven"),
    "worse throughout fails": ({"low": -0.04, "high": -0.02}, {}, "failed"),
    "an upper end on the margin fails": ({"low": -0.04, "high": -0.01}, {}, "failed"),
    "not shown better is unproven where better is asked": ({"low": -0.001}, {"demand": "better"}, "unproven"),
    "a lower end of nought does not show better": ({"low": 0.0}, {"demand": "better"}, "unproven"),
    "nought at best fails where better is asked": ({"low": -0.2, "high": 0.0}, {"demand": "better"}, "failed"),
    "under 14 days is unproven": ({"days": 13}, {}, "unproven"),
    "14 days are enough": ({"days": 14}, {}, "passed"),
    "what cannot be said is unproven": ({"cannot_say": "too few days"}, {}, "unproven"),
    "a difference without an interval is unproven": ({"low": None}, {}, "unproven"),
    "an interval without an upper end is unproven": ({"high": None}, {}, "unproven"),
    "a NaN is unproven": ({"low": rows.NAN, "high": rows.NAN}, {}, "unproven"),
    "a comparison with another champion is unproven": ({"champion": f"{rows.MODEL}/versions/0"}, {}, "unproven"),
    "a comparison of another metric is unproven": ({"metric": "brier"}, {}, "unproven"),
    "the statistic's longer name is the same metric": ({"metric": "auc_difference"}, {}, "passed"),
}


@pytest.mark.parametrize("case", CASES)
def test_champion_comparison(case: str) -> None:
    changes, parameters, outcome = CASES[case]
    evidence = rows.evidence(champion=CHAMPION, comparisons=(comparison(**changes),))
    found = rows.judged("champion_comparison", evidence, **{"metrics": ["auc"], "margin": 0.01, **parameters})
    assert rows.outcomes(found) == {"difference of auc from the champion": outcome}


def test_a_first_version_has_nobody_to_be_worse_than() -> None:
    (only,) = rows.judged("champion_comparison", rows.evidence(), metrics=["auc"])
    assert "first version" in rows.words(only)


def test_without_an_environment_nobody_knows_the_champion() -> None:
    (only,) = rows.judged("champion_comparison", rows.evidence(environment=""), metrics=["auc"])
    assert only.verdict.outcome == "unproven"


def test_the_bar_is_the_margin_below_nought_or_nought() -> None:
    evidence = rows.evidence(champion=CHAMPION, comparisons=(comparison(),))
    bars = [
        rows.judged("champion_comparison", evidence, metrics=["auc"], margin=0.01, demand=demand)[0].limit
        for demand in ("not worse", "better")
    ]
    assert bars == [-0.01, 0.0]
