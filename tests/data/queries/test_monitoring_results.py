"""The results of monitoring: alerts that have not ended, and windows with their plans."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.monitoring_results import active_alerts, recorded_windows
from tests.monitored_model import ServingModel
from tests.prediction_logs import DAY, days
from tests.world import MODEL


def test_alerts_are_read_for_the_models_and_not_for_others(monitored: ServingModel) -> None:
    monitored.monitor(DAY + days(6))
    registry = monitored.world.registry
    mine, other = active_alerts(registry, [MODEL]), active_alerts(registry, [], [MODEL])
    assert {one.model for one in mine.alerts} == {MODEL}, "nothing was logged, which pages"
    assert (other.alerts, list(other.models)) == ((), [MODEL])


def test_a_recorded_window_is_read_with_its_plan(monitored: ServingModel) -> None:
    night = monitored.monitor(DAY + days(6))
    (found,) = recorded_windows(monitored.world.registry, [night.run])
    assert (found.run.key, found.plan.key) == (night.run, found.run.plan)
    with pytest.raises(NotFoundError):
        recorded_windows(monitored.world.registry, ["nothing"])
