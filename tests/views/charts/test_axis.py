"""Axes have round tick values, and a scale keeps every value inside the drawing."""

from __future__ import annotations

from datetime import date

import pytest

from views.charts.axis import Scale, TimeScale, round_values, spanning

ROUND = {
    "shares in steps of a fifth": ((0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    "a narrow span far from zero": ((0.61, 0.79, 5), [0.65, 0.7, 0.75]),
    "below and above zero": ((-0.1, 0.2, 4), [-0.1, 0.0, 0.1, 0.2]),
    "thousands": ((0.0, 5200.0, 4), [0.0, 2000.0, 4000.0]),
}


@pytest.mark.parametrize(("given", "values"), ROUND.values(), ids=ROUND)
def test_tick_values_are_round(given: tuple[float, float, int], values: list[float]) -> None:
    assert round_values(*given) == pytest.approx(values)


def test_the_ends_of_a_scale_lie_at_the_ends_of_the_drawing() -> None:
    scale = Scale(2.0, 4.0, 100.0, 0.0)

    assert [scale(2.0), scale(3.0), scale(4.0)] == [100.0, 50.0, 0.0]


def test_a_value_outside_the_scale_is_drawn_at_its_end() -> None:
    scale = Scale(0.0, 1.0, 0.0, 10.0)

    assert [scale(-5.0), scale(7.0)] == [0.0, 10.0]


def test_one_half_and_two_are_equally_far_from_one_on_a_ratio_scale() -> None:
    scale = Scale(0.25, 4.0, 0.0, 100.0, ratio=True)

    assert scale(1.0) - scale(0.5) == pytest.approx(scale(2.0) - scale(1.0))
    assert 1.0 in scale.ticks(7)


def test_a_ratio_scale_without_room_shows_the_coarse_ticks_only() -> None:
    assert Scale(0.01, 60.0, 0.0, 1.0, ratio=True).ticks(7) == [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]


SPANS = {
    "nothing": ([], 0.0, 1.0),
    "one value": ([0.7], 0.7, 0.7),
    "values that hardly differ": ([0.001, 0.002], 0.001, 0.002),
    "values far from zero": ([0.6, 0.8], 0.6, 0.8),
    "values below zero": ([-0.2, 0.1], -0.2, 0.1),
}


@pytest.mark.parametrize(("values", "low", "high"), SPANS.values(), ids=SPANS)
def test_a_scale_covers_all_values_with_a_margin(values: list[float], low: float, high: float) -> None:
    scale = spanning(values, 0.0, 1.0)

    assert scale.low <= low
    assert scale.high > high
    assert scale.low < scale.high


def test_a_ratio_scale_ignores_values_that_are_not_positive() -> None:
    scale = spanning([0.0, 0.5, 2.0], 0.0, 1.0, ratio=True)

    assert 0.0 < scale.low < 0.5
    assert scale.high > 2.0


TIMES = {
    "three days": (date(2013, 4, 1), date(2013, 4, 4), ["1 Apr", "2 Apr", "3 Apr", "4 Apr"]),
    "a month by weeks": (date(2013, 4, 1), date(2013, 5, 1), ["1 Apr", "8 Apr", "15 Apr", "22 Apr", "29 Apr"]),
    "half a year": (
        date(2013, 3, 20),
        date(2013, 8, 2),
        ["Apr 2013", "May", "Jun", "Jul", "Aug"],
    ),
    "over a year's end": (date(2013, 11, 2), date(2014, 2, 2), ["Dec 2013", "Jan 2014", "Feb"]),
    "ten years": (date(2010, 1, 1), date(2020, 1, 1), [f"Jan {year}" for year in range(2010, 2021, 2)]),
}  # fmt: skip


@pytest.mark.parametrize(("first", "last", "words"), TIMES.values(), ids=TIMES)
def test_a_time_scale_has_ticks_at_days_or_months(first: date, last: date, words: list[str]) -> None:
    ticks = TimeScale(first, last, 0.0, 100.0).ticks(6)

    assert [text for _, text in ticks] == words


def test_an_hour_of_a_day_has_a_coordinate_between_two_days() -> None:
    across = TimeScale(date(2013, 4, 1), date(2013, 4, 3), 0.0, 100.0)

    assert across(date(2013, 4, 2), hours=12.0) == pytest.approx(75.0)
    assert across(date(2020, 1, 1)) == 100.0


def test_a_time_scale_of_a_single_day_is_valid() -> None:
    across = TimeScale(date(2013, 4, 1), date(2013, 4, 1), 0.0, 100.0)

    assert across(date(2013, 4, 1)) == 0.0
