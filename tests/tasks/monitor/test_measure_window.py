"""What is measured in a window: every shown figure, every rule, and the reason when a figure cannot be measured."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.records.measurement import CannotSay
from monitoring.plan import STATISTICS, WatchRule
from monitoring.profile import empty_profile
from monitoring.scan import profile_table
from tasks.monitor.measure_window import DRIFT, FIGURES, RESIDUAL, measure_inputs, measure_outcomes
from tasks.register.build_reference import Reference, read_reference
from tests.monitored_model import feature_rows, reference
from tests.prediction_logs import DAY
from tests.world import World


@pytest.fixture
def built(world: World) -> Reference:
    return read_reference(world.artifacts, reference(2_000))


def rule(statistic: str, column: str, **fields: object) -> WatchRule:
    return WatchRule.model_validate({"statistic": statistic, "column": column, "margin": 0.1, **fields})


def test_every_column_is_measured_and_rules_add_statistics(built: Reference) -> None:
    (current,) = profile_table(pa.table(feature_rows(DAY, 2_000, {})), built.edges)
    rules = [rule("ks", "distance"), rule("psi", "temp"), rule("auc", "score"), rule("psi", "temp", segment="north")]
    measured, refused = measure_inputs(rules, built, current)
    abouts = [f"{one.statistic}:{one.column}" for one in measured]
    assert abouts[:-1] == [f"{s}:{c}" for c in ("distance", "temp", "carrier", "score") for s in ("psi", "null_rate")]
    assert abouts[-1] == "ks:distance"
    assert all(one.cannot_say is None for one in measured)
    assert refused == []


def test_a_rule_that_does_not_fit_its_column_is_reported(built: Reference) -> None:
    current = empty_profile(built.edges)
    measured, refused = measure_inputs([rule("ks", "carrier"), rule("psi", "moon")], built, current)
    assert len(measured) == 8
    assert ["ks:carrier" in refused[0], "psi:moon" in refused[1]] == [True, True]
    assert {one.cannot_say for one in measured} == {CannotSay.EMPTY_WINDOW}


def test_without_a_reference_rules_cannot_say(built: Reference) -> None:
    measured, _ = measure_inputs([rule("psi", "distance"), rule("auc", "score")], None, None)
    assert [(one.statistic, one.cannot_say) for one in measured] == [("psi", CannotSay.NO_REFERENCE)]
    (*_, residual) = measure_outcomes([], None, {})
    assert residual.value is None


def test_every_figure_of_an_empty_window_cannot_say(built: Reference) -> None:
    measured = list(measure_outcomes([rule("calibration", "score", reference=1.0)], built, {}))
    assert [one.statistic for one in measured] == [*FIGURES, RESIDUAL]
    assert {one.cannot_say for one in measured} == {CannotSay.EMPTY_WINDOW}


def test_every_statistic_can_be_measured() -> None:
    assert {*DRIFT, *FIGURES, RESIDUAL} == set(STATISTICS)


def test_a_figure_is_tested_against_the_level_of_its_rule(built: Reference) -> None:
    days = {str(day): built.scores["held-out"] for day in range(6)}
    tested = {
        one.statistic: one.p_value for one in measure_outcomes([rule("auc", "score", reference=0.7)], built, days)
    }
    assert tested["auc"] is not None
    assert tested["brier"] is None
    assert tested[RESIDUAL] is not None
