"""The two histograms show the scores of rows with the event above the axis, and of rows without it below."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from views.charts.svg_histogram import draw_histograms
from views.pages.held_out import HeldOut

WITH_EVENT, WITHOUT = "column look1", "column look0"


def drawn(with_event: tuple[float, ...], without: tuple[float, ...]) -> ET.Element:
    scores = HeldOut((), without=without, with_event=with_event, rows=1_000)
    return ET.fromstring(draw_histograms("pair", "Scores of v1", scores))


def bars(root: ET.Element, look: str) -> list[ET.Element]:
    return [bar for bar in root.iter("rect") if bar.get("class") == look]


def test_rows_with_the_event_are_above_the_axis_and_rows_without_it_below() -> None:
    root = drawn(with_event=(0.0, 1.0), without=(1.0, 0.0))
    (axis,) = (float(line.attrib["y1"]) for line in root.iter("line"))
    (above,), (below,) = bars(root, WITH_EVENT), bars(root, WITHOUT)
    assert float(above.attrib["y"]) + float(above.attrib["height"]) == pytest.approx(axis, abs=0.2)
    assert float(below.attrib["y"]) == pytest.approx(axis, abs=0.2)
    assert float(above.attrib["x"]) > float(below.attrib["x"]), "the higher score is further right"


def test_both_histograms_have_the_same_scale() -> None:
    root = drawn(with_event=(0.2, 0.8), without=(0.4, 0.6))
    heights = [float(bar.attrib["height"]) for look in (WITH_EVENT, WITHOUT) for bar in bars(root, look)]
    assert [height / heights[1] for height in heights] == pytest.approx([0.25, 1.0, 0.5, 0.75], abs=0.01)


def test_a_bin_without_scores_has_no_bar() -> None:
    root = drawn(with_event=(0.0, 0.5, 0.5), without=(1.0, 0.0, 0.0))
    assert (len(bars(root, WITH_EVENT)), len(bars(root, WITHOUT))) == (2, 1)


def test_the_description_gives_the_mean_score_of_each_outcome() -> None:
    (description,) = drawn(with_event=(0.0, 1.0), without=(1.0, 0.0)).iter("desc")
    assert description.text == "Mean score 0.75 with label 1, 0.25 with label 0, on 1,000 predictions."


def test_an_outcome_that_never_occurred_has_no_bars() -> None:
    root = drawn(with_event=(0.0, 0.0), without=(0.5, 0.5))
    assert (len(bars(root, WITH_EVENT)), len(bars(root, WITHOUT))) == (0, 2)
