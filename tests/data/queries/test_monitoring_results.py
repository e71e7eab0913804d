"""What nights recorded: alerts that stand, and windows with their plans."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.monitoring_results import recorded_windows, standing_alerts
from tests.monitored_model import ServingModel
from tests.prediction_logs import DAY, days
from tests.world import MODEL


def test_the_alerts_of_a_model_are_read_and_of_another_the_model_alone(monitored: ServingModel) -> None:
    monitored.monitor(DAY + days(6))
    registry = monitored.world.registry
    mine, other = standing_alerts(registry, [MODEL]), standing_alerts(registry, [], [MODEL])
    assert {one.model for one in mine.alerts} == {MODEL}, "nothing was logged, which pages"
    assert (other.alerts, list(other.models)) == ((), [MODEL])


def test_a_recorded_window_is_read_with_its_plan(monitored: ServingModel) -> None:
    night = monitored.monitor(DAY + days(6))
    (found,) = recorded_windows(monitored.world.registry, [night.run])
    assert (found.run.key, found.plan.key) == (night.run, found.run.plan)
    with pytest.raises(NotFoundError):
        recorded_windows(monitored.world.registry, ["nothing"])
