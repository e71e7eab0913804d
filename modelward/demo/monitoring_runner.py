"""Monitor the replayed year: serve the flights of a week, run monitoring, and answer its alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from data.queries.rows import required_row, rows
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.names import short
from data.registry.commands.deployment import ResolveIncident
from data.registry.commands.monitoring import AnswerAlert
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import ReplayedYear, monitoring_time
from modelward.supervisor.prefect_environment import prepare

WEEK = timedelta(days=7)


@dataclass
class MonitoringRunner:
    """Runs monitoring on the replayed year and prints the alerts; `runs` counts the monitoring runs."""

    scenario: Scenario
    story: PrintedStory
    year: ReplayedYear
    runs: int = 0
    shown: set[tuple[str, str]] = field(default_factory=set)

    def monitor_weeks(self, first_monday: date, last_sunday: date) -> None:
        """Monitor each whole week from a Monday to a Sunday, and print a line about all of them."""
        sundays = []
        sunday = first_monday + timedelta(days=6)
        while sunday <= last_sunday:
            self.monitor(sunday)
            sundays.append(sunday)
            sunday += WEEK
        self._say_range([self.monitoring_run(one) for one in sundays])

    def monitor(self, through: date) -> list[Alert]:
        """Serve until the day after `through`, monitor the window to `through`, and return its alerts of level page."""
        from flows.monitor_models import monitor_models

        self.year.serve(through + timedelta(days=1))
        self.scenario.advance_to(monitoring_time(through))
        prepare(self.scenario.registry.home.root, MODELWARD_ACTOR="otto")
        (result,) = monitor_models(
            models=[self.year.model.removeprefix("models/")], through=through, as_of=self.scenario.now
        )
        self.runs += 1
        paged = [self._alert(key) for key in result.pages]
        warned = [self._alert(key) for key in result.warnings]
        self._say_new([*paged, *warned], through)
        return paged

    def monitoring_run(self, through: date) -> MonitoringRun:
        """Return the monitoring run on the window that ends on a day."""
        return required_row(
            self.scenario.registry, MonitoringRun, f"{self.year.model}/monitoring/{through.isoformat()}"
        )

    def confirm(self, alert: Alert, reason: str) -> None:
        """Confirm an alert as the operator otto."""
        self.scenario.do(AnswerAlert(key=alert.key, answer="confirm", reason=reason), by="otto")
        self.story.say(f"otto confirms: {reason}", self.scenario.now)

    def resolve_incidents(self, resolution: str) -> None:
        """Resolve every open incident as the approver alma, with a one-time code if the incident blocks a version."""
        incidents = rows(self.scenario.registry, Incident, model=self.year.model)
        for incident in [one for one in incidents if one.state != "resolved"]:
            proof = self.scenario.proof("alma") if incident.blocking else None
            self.scenario.do(ResolveIncident(key=incident.key, resolution=resolution, proof=proof), by="alma")
            self.story.say(f"incident {incident.number} resolved by alma: {resolution}", self.scenario.now)

    def _alert(self, key: str) -> Alert:
        return required_row(self.scenario.registry, Alert, key)

    def _say_new(self, alerts: list[Alert], through: date) -> None:
        """Print each new or more severe alert once; of alerts on the same statistic, only the first and a count."""
        lines: dict[str, list[str]] = {}
        for alert in alerts:
            level = "SEVERE" if alert.severe else alert.level
            if (alert.key, level) in self.shown:
                continue
            self.shown.add((alert.key, level))
            version = f", {short(alert.version)}" if alert.version else ""
            line = f"week to {through:%d %b}{version}: {level}: {alert.text}"
            lines.setdefault(alert.about.partition(":")[0], []).append(line)
        for first, *more in lines.values():
            self.story.say(
                first + (f" (and {len(more)} more {'column' if len(more) == 1 else 'columns'})" if more else "")
            )

    def _say_range(self, runs: list[MonitoringRun]) -> None:
        """Print the range of mean score ÷ mean label over the weeks, and the greatest shift of each seasonal column."""
        ratios = [ratio for run in runs if (ratio := run.headline.get("calibration")) is not None]
        if ratios:
            self.story.say(f"{len(runs)} weeks: mean score ÷ mean label from {min(ratios):.2f} to {max(ratios):.2f}")
        seasonal = {about for run in runs for about, outcome in run.outcomes.items() if outcome.startswith("seasonal")}
        shifts = {
            about.split(":")[1]: max(run.headline.get(about) or 0.0 for run in runs) for about in sorted(seasonal)
        }
        if shifts:
            shown = ", ".join(f"{column} {shift:.2f}" for column, shift in shifts.items())
            self.story.say(f"seasonal columns, which page nobody, with their greatest PSI: {shown}")
