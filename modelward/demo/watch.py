"""The weeks of the replayed year: flights are served, labels arrive, monitoring runs, people answer the alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from data.queries.rows import required_row, rows
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.names import short
from data.registry.commands.deployment import ResolveIncident
from data.registry.commands.monitoring import AnswerAlert
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import Year, night_after
from modelward.supervisor.prefect_environment import prepare

WEEK = timedelta(days=7)


@dataclass
class MonitoringRunner:
    """Runs monitoring and prints its findings; `pages` collects the alerts that paged somebody."""

    scenario: Scenario
    story: PrintedStory
    year: Year
    runs: int = 0
    pages: list[Alert] = field(default_factory=list)
    shown: set[tuple[str, str]] = field(default_factory=set)

    def weeks(self, first_monday: date, last_sunday: date) -> None:
        """One monitoring run for each whole week from a Monday to a Sunday, and a line about all of them."""
        sundays = []
        sunday = first_monday + timedelta(days=6)
        while sunday <= last_sunday:
            self.night(sunday)
            sundays.append(sunday)
            sunday += WEEK
        self._say_range([self.headline(one) for one in sundays])

    def night(self, through: date) -> list[Alert]:
        """Serve to the day after, monitor the window that ends `through`; returns the alerts that paged on it."""
        from flows.monitor_models import monitor_models

        self.year.serve(through + timedelta(days=1))
        self.scenario.on(night_after(through))
        prepare(self.scenario.registry.home.root, MODELWARD_ACTOR="otto")
        (watch,) = monitor_models(
            models=[self.year.model.removeprefix("models/")], through=through, as_of=self.scenario.now
        )
        self.runs += 1
        paged = [self._look(key) for key in watch.pages]
        warned = [self._look(key) for key in watch.warnings]
        self._say_new([*paged, *warned], through)
        self.pages += paged
        return paged

    def headline(self, through: date) -> MonitoringRun:
        """What was recorded for the window that ends on a day."""
        return required_row(
            self.scenario.registry, MonitoringRun, f"{self.year.model}/monitoring/{through.isoformat()}"
        )

    def confirm(self, alert: Alert, reason: str) -> None:
        """The people on call confirm an alert."""
        self.scenario.do(AnswerAlert(key=alert.key, answer="confirm", reason=reason), by="otto")
        self.story.say(f"otto confirms: {reason}", self.scenario.now)

    def resolve(self, resolution: str) -> None:
        """The owner's side resolves every open incident, proven by an approver where it blocks a version."""
        incidents = rows(self.scenario.registry, Incident, model=self.year.model)
        for incident in [one for one in incidents if one.state != "resolved"]:
            proof = self.scenario.proof("alma") if incident.blocking else None
            self.scenario.do(ResolveIncident(key=incident.key, resolution=resolution, proof=proof), by="alma")
            self.story.say(f"incident {incident.number} resolved by alma: {resolution}", self.scenario.now)

    def _look(self, key: str) -> Alert:
        return required_row(self.scenario.registry, Alert, key)

    def _say_new(self, alerts: list[Alert], through: date) -> None:
        """Print each new or worsened alert once; of similar ones only the first, and how many more there are."""
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
            self.story.say(first + (f" (and {len(more)} more columns)" if more else ""))

    def _say_range(self, runs: list[MonitoringRun]) -> None:
        """What the weeks showed: score ÷ label, and the columns declared seasonal, shown and not paged."""
        ratios = [ratio for run in runs if (ratio := run.headline.get("calibration")) is not None]
        if ratios:
            self.story.say(f"{len(runs)} weeks: score ÷ label from {min(ratios):.2f} to {max(ratios):.2f}")
        seasonal = {about for run in runs for about, outcome in run.outcomes.items() if outcome.startswith("seasonal")}
        shifts = {
            about.split(":")[1]: max(run.headline.get(about) or 0.0 for run in runs) for about in sorted(seasonal)
        }
        if shifts:
            shown = ", ".join(f"{column} {shift:.2f}" for column, shift in shifts.items())
            self.story.say(f"declared seasonal, greatest PSI, nobody is paged: {shown}")


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def dated(day: date) -> datetime:
    """Nine in the morning of a day."""
    return night_after(day - timedelta(days=2)) + timedelta(hours=6)
