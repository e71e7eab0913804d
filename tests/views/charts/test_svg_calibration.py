"""The calibration curve has a point with its interval for each group of scores, and names the widest gap."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from monitoring.score_groups import ScoreGroup
from views.charts.svg_calibration import draw_calibration
from views.pages.held_out import HeldOut

LOW = ScoreGroup(score=0.02, rate=0.03, low=0.02, high=0.04, rows=500)
HIGH = ScoreGroup(score=0.30, rate=0.20, low=0.15, high=0.25, rows=500)


def drawn(*groups: ScoreGroup) -> ET.Element:
    scores = HeldOut(groups, without=(1.0,), with_event=(1.0,), rows=1_000)
    return ET.fromstring(draw_calibration("curve", "Calibration of v1", scores))


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.get("class") == name]


def test_each_group_has_a_point_and_an_interval() -> None:
    root = drawn(LOW, HIGH)
    assert (len(of_class(root, "dot")), len(of_class(root, "whisker"))) == (2, 2)


def test_a_higher_score_lies_to_the_right_and_a_higher_rate_above() -> None:
    first, second = of_class(drawn(LOW, HIGH), "dot")
    assert float(first.attrib["cx"]) < float(second.attrib["cx"])
    assert float(first.attrib["cy"]) > float(second.attrib["cy"])


def test_a_group_whose_rate_is_its_score_lies_on_the_diagonal() -> None:
    root = drawn(ScoreGroup(score=0.5, rate=0.5, low=0.4, high=0.6, rows=1_000))
    (diagonal,), (dot,) = of_class(root, "level expected"), of_class(root, "dot")
    across = (float(dot.attrib["cx"]) - float(diagonal.attrib["x1"])) / (
        float(diagonal.attrib["x2"]) - float(diagonal.attrib["x1"])
    )
    up = (float(dot.attrib["cy"]) - float(diagonal.attrib["y1"])) / (
        float(diagonal.attrib["y2"]) - float(diagonal.attrib["y1"])
    )
    assert across == pytest.approx(up, abs=0.001)


AXES = {
    "low scores fill the drawing": (LOW, "0.1"),
    "an interval above the scores fits": (HIGH, "0.4"),
    "the axes end at 1": (ScoreGroup(score=0.9, rate=0.95, low=0.9, high=0.99, rows=500), "1"),
}


@pytest.mark.parametrize(("group", "end"), AXES.values(), ids=AXES)
def test_both_axes_end_at_the_first_round_limit_above_the_scores(group: ScoreGroup, end: str) -> None:
    root = drawn(group)
    across = [element.text or "" for element in of_class(root, "tick middle")]
    up = [element.text or "" for element in of_class(root, "tick end")]
    assert (up[-1], end in across) == (end, True)


def test_the_description_names_the_group_with_the_widest_gap() -> None:
    (description,) = drawn(LOW, HIGH).iter("desc")
    assert description.text == (
        "2 groups of 1,000 predictions by score. The widest gap: a mean score of 0.300 with an observed rate of 0.200."
    )
