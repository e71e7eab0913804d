"""Every statistic keeps the contract. A new module with `STATISTIC` is found and covered automatically.

A drift statistic is `measure(reference, current, column)`, a performance figure `measure(days, …)`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import monitoring
from data.errors import StatisticsError
from data.records.measurement import CannotSay, Measurement
from monitoring.calibration_map import calibration_map
from monitoring.profile import Profile, merge
from monitoring.score_days import Days
from monitoring.scores import count_scores, merge_scores

MODULES = [importlib.import_module(f"monitoring.{found.name}") for found in pkgutil.iter_modules(monitoring.__path__)]
STATISTICS = {m.STATISTIC: m for m in MODULES if hasattr(m, "STATISTIC")}
DRIFT = {name: m for name, m in STATISTICS.items() if "reference" in list(inspect.signature(m.measure).parameters)[:1]}
FIGURES = {name: m for name, m in STATISTICS.items() if name not in DRIFT}
# Exceptions by name: statistics of categorical columns, and statistics that have a value where most cannot say.
CATEGORICAL = {"chi_square", "new_categories"}
DEFINED_ON_MISSING_VALUES = {"null_rate"}
DEFINED_ON_CONSTANTS = {"null_rate", "new_categories"}
NEEDS_NO_LABEL = {"score_rate", "coverage"}
NEEDS_ONE_CLASS = NEEDS_NO_LABEL | {"brier", "log_loss", "label_rate", "loss_residual"}

drift = pytest.mark.parametrize("statistic", DRIFT.values(), ids=DRIFT.keys())
figure = pytest.mark.parametrize("statistic", FIGURES.values(), ids=FIGURES.keys())
either = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS.keys())


def column_of(statistic: ModuleType) -> str:
    return "carrier" if statistic.STATISTIC in CATEGORICAL else "delay"


def measure_days(statistic: ModuleType, days: Days) -> Measurement:
    """The measurement of a performance figure, with a calibration map if `measure` needs one."""
    parameters = inspect.signature(statistic.measure).parameters
    rng = np.random.default_rng(0)
    score = rng.beta(2, 4, 20_000)
    fitted = calibration_map(count_scores(score, (rng.random(20_000) < score).astype(float)))
    measured: Measurement = statistic.measure(days, fitted) if "reference" in parameters else statistic.measure(days)
    return measured


def check_consistent(measured: Measurement) -> None:
    """Assert that there is either a finite value within its interval, or only a reason why it cannot say."""
    numbers = (measured.value, measured.low, measured.high, measured.p_value)
    assert all(number is None or np.isfinite(number) for number in numbers)
    if measured.cannot_say is not None:
        assert numbers == (None, None, None, None)
    else:
        assert measured.value is not None
        assert (measured.low is None) == (measured.high is None)
        assert measured.low is None or measured.low <= measured.value <= measured.high
        assert measured.p_value is None or 0.0 <= measured.p_value <= 1.0


def test_the_statistics_are_found() -> None:
    assert {"ks", "psi", "null_rate"} <= set(DRIFT)
    assert {"auc", "brier", "coverage"} <= set(FIGURES)


@either
def test_the_docstrings_name_a_source(statistic: ModuleType) -> None:
    text = f"{statistic.__doc__} {statistic.measure.__doc__}"
    assert re.search(r"Sources?: .*\b(1[89]|20)\d\d\b", text, re.DOTALL)


@drift
def test_drift_is_deterministic_and_does_not_change_its_input(
    statistic: ModuleType, reference: Profile, profile_of: Callable[..., Profile], make_log: Callable[..., pa.Table]
) -> None:
    current = profile_of(make_log(3_000, 1, shift=0.3, carriers=("AA", "B6", "ZZ")))
    before = (reference.counts.copy(), current.counts.copy())
    first = statistic.measure(reference, current, column_of(statistic))
    assert statistic.measure(reference, current, column_of(statistic)) == first
    assert np.array_equal(before[0], reference.counts)
    assert np.array_equal(before[1], current.counts)
    check_consistent(first)
    assert (first.statistic, first.column, first.edges_digest) == (
        statistic.STATISTIC,
        column_of(statistic),
        reference.edges.digest,
    )


@drift
def test_drift_does_not_depend_on_the_order_of_rows(
    statistic: ModuleType, reference: Profile, profile_of: Callable[..., Profile], make_log: Callable[..., pa.Table]
) -> None:
    table = make_log(3_000, 2)
    shuffled = table.take(np.random.default_rng(0).permutation(3_000))
    halves = merge(profile_of(shuffled.slice(0, 999), "a"), profile_of(shuffled.slice(999), "b"))
    column = column_of(statistic)
    assert statistic.measure(reference, halves, column) == statistic.measure(reference, profile_of(table), column)


@drift
def test_real_drift_is_found(
    statistic: ModuleType, reference: Profile, profile_of: Callable[..., Profile], make_log: Callable[..., pa.Table]
) -> None:
    table = make_log(3_000, 3, shift=0.5, carriers=("AA", "B6", "ZZ"))
    missing = pa.array(np.where(np.arange(3_000) % 4 == 0, None, table["delay"].to_numpy(zero_copy_only=False)))
    current = profile_of(table.set_column(0, "delay", missing))
    measured = statistic.measure(reference, current, column_of(statistic))
    assert measured.p_value < 1e-6
    assert measured.low > 0


def unusable_log(make_log: Callable[..., pa.Table], kind: str) -> pa.Table:
    """A log whose columns are empty, missing, too short or constant."""
    rows = {"empty": 0, "missing": 500, "few": 20, "constant": 500}[kind]
    table = make_log(rows, 4)
    if kind == "missing":
        nothing = pa.array([float("nan")] * rows)
        return pa.table({"delay": nothing, "hour": nothing, "carrier": pa.nulls(rows, pa.string())})
    if kind == "constant":
        return pa.table({"delay": [1.0] * rows, "hour": [7] * rows, "carrier": ["AA"] * rows})
    return table


@drift
@pytest.mark.parametrize("kind", ["empty", "missing"])
def test_drift_of_an_empty_or_missing_column_cannot_say(
    statistic: ModuleType, kind: str, reference: Profile, profile_of: Callable[..., Profile], make_log: Callable
) -> None:
    measured = statistic.measure(reference, profile_of(unusable_log(make_log, kind)), column_of(statistic))
    check_consistent(measured)
    has_value = kind == "missing" and statistic.STATISTIC in DEFINED_ON_MISSING_VALUES
    assert (measured.cannot_say is None) == has_value


@drift
@pytest.mark.parametrize("kind", ["empty", "missing", "constant"])
def test_drift_from_an_unusable_reference_cannot_say(statistic: ModuleType, kind: str, make_log: Callable) -> None:
    from monitoring.edge_placement import edges_of_table
    from monitoring.scan import profile_table

    old = unusable_log(make_log, kind)
    edges = edges_of_table(old)
    reference, current = profile_table(old, edges, "r")[0], profile_table(make_log(500, 5), edges, "c")[0]
    measured = statistic.measure(reference, current, column_of(statistic))
    check_consistent(measured)
    with_value = {"missing": DEFINED_ON_MISSING_VALUES, "constant": DEFINED_ON_CONSTANTS, "empty": set()}[kind]
    assert (measured.cannot_say is None) == (statistic.STATISTIC in with_value)


@drift
def test_drift_of_few_rows_cannot_say_unless_it_is_a_share(
    statistic: ModuleType, reference: Profile, profile_of: Callable[..., Profile], make_log: Callable
) -> None:
    measured = statistic.measure(reference, profile_of(unusable_log(make_log, "few")), column_of(statistic))
    check_consistent(measured)
    assert (measured.cannot_say is CannotSay.TOO_FEW_ROWS) == (statistic.STATISTIC not in DEFINED_ON_CONSTANTS)


@drift
def test_profiles_with_different_edges_are_refused(
    statistic: ModuleType, reference: Profile, make_log: Callable
) -> None:
    from monitoring.edge_placement import edges_of_table
    from monitoring.scan import profile_table

    table = make_log(100, 9)
    (foreign,) = profile_table(table, edges_of_table(table))
    with pytest.raises(StatisticsError, match="different edges"):
        statistic.measure(reference, foreign, column_of(statistic))


@figure
def test_figures_are_deterministic_and_do_not_change_their_input(
    statistic: ModuleType, make_days: Callable[..., Days]
) -> None:
    days = make_days(1, coverage=0.8)
    before = {name: merge_scores(h).digest for name, h in days.items()}
    first = measure_days(statistic, days)
    assert measure_days(statistic, dict(reversed(days.items()))) == first
    assert {name: merge_scores(h).digest for name, h in days.items()} == before
    check_consistent(first)
    assert first.low is not None
    assert first.coverage == pytest.approx(0.8, abs=0.05)


@figure
def test_figures_do_not_depend_on_the_order_of_rows(statistic: ModuleType, make_week: Callable[..., Any]) -> None:
    rows, shuffle = make_week(2), np.random.default_rng(0)
    straight = {day: count_scores(*pair) for day, pair in rows.items()}
    mixed = {}
    for day, (score, label) in rows.items():
        order = shuffle.permutation(len(score))
        mixed[day] = count_scores(score[order], label[order])
    assert measure_days(statistic, mixed) == measure_days(statistic, straight)


@figure
def test_a_single_day_has_a_value(statistic: ModuleType, make_days: Callable[..., Days]) -> None:
    measured = measure_days(statistic, make_days(3, days=1))
    check_consistent(measured)
    assert measured.value is not None


EMPTY: dict[str, tuple[Any, set[str], CannotSay]] = {
    "no day": ({}, set(), CannotSay.EMPTY_WINDOW),
    "a day without rows": ({"d": merge_scores()}, set(), CannotSay.EMPTY_WINDOW),
    "NaN scores alone": ({"d": count_scores(np.full(99, np.nan), np.ones(99))}, set(), CannotSay.EMPTY_WINDOW),
    "twenty rows": ({"d": count_scores(np.full(20, 0.3), np.arange(20) % 2)}, set(), CannotSay.TOO_FEW_ROWS),
    "no label yet": ({"d": count_scores(np.full(99, 0.3))}, NEEDS_NO_LABEL, CannotSay.NO_LABELS_YET),
    "one class": ({"d": count_scores(np.full(99, 0.3), np.zeros(99))}, NEEDS_ONE_CLASS, CannotSay.ONE_CLASS),
}


@figure
@pytest.mark.parametrize(("days", "with_value", "reason"), EMPTY.values(), ids=EMPTY.keys())
def test_figures_without_rows_or_labels_cannot_say(
    statistic: ModuleType, days: Days, with_value: set[str], reason: CannotSay
) -> None:
    measured = measure_days(statistic, days)
    check_consistent(measured)
    assert measured.cannot_say == (None if statistic.STATISTIC in with_value else reason)
