"""The objects that all steps of the demo use."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelward.demo.monitoring_runner import MonitoringRunner
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import ReplayedYear
from modelward.demo.versions import Versions


@dataclass
class DemoContext:
    """The scenario, the printed story, the developer's versions, the monitoring, and the waivers' keys."""

    scenario: Scenario
    story: PrintedStory
    versions: Versions
    monitoring: MonitoringRunner
    waivers: list[str] = field(default_factory=list)

    @property
    def year(self) -> ReplayedYear:
        """The replayed year."""
        return self.monitoring.year
