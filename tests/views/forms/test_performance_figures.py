"""What a run shows of a version's figures: comparison, metrics, and its calibration as picture and table."""

from __future__ import annotations

from data.queries.evidence_in_force import evidence_in_force
from monitoring.score_groups import ScoreGroup
from tests.world import World
from views.forms.performance_figures import calibration_lines, comparison_picture, performance_lines

GROUPS = [ScoreGroup(0.1, 0.1, 0.05, 0.15, 100), ScoreGroup(0.4, 0.2, 0.15, 0.25, 100)]


def test_calibration_is_shown_as_picture_and_table() -> None:
    lines = calibration_lines(GROUPS)
    assert [line for line in lines if line.startswith("![Observed rate")]
    assert lines[-1] == "| 0.4000 | 0.2000 | 0.1500 to 0.2500 | 100 |"
    assert calibration_lines([]) == []


def test_the_metrics_stand_between_the_title_and_the_calibration(world: World) -> None:
    lines = performance_lines(evidence_in_force(world.registry, world.measured()).evidence, GROUPS)
    assert lines[0] == "### Performance of ops/delay v1"
    assert lines.index("#### Measured on held-out data") < lines.index("#### Calibration on held-out data")
    assert comparison_picture([]) == []
