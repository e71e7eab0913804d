"""What the steps of the demo share."""

from __future__ import annotations

from dataclasses import dataclass, field

from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import Year
from modelward.demo.versions import Versions
from modelward.demo.watch import MonitoringRunner


@dataclass
class Life:
    """The scenario, its printed story, the developer's versions, the monitored year, and the waivers in force."""

    scenario: Scenario
    story: PrintedStory
    versions: Versions
    watch: MonitoringRunner
    waivers: list[str] = field(default_factory=list)

    @property
    def year(self) -> Year:
        """The year as far as it was served."""
        return self.watch.year
