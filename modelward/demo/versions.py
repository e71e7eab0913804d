"""Versions registered, validated and deployed by the real flows, while people answer the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.errors import GateRefusedError, RefusedError
from data.queries.log_entries import events_from
from data.queries.rows import required_row, rows
from data.records.events import EventType
from data.records.names import short
from data.records.review import Waiver
from data.records.version import Comparison, Version
from data.registry.commands.review import DecideWaiver, RequestWaiver
from modelward.demo.answers import pending
from modelward.demo.desk import Answer, answering
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.submissions import Typed, Workbench
from modelward.demo.train import Recipe, fit
from modelward.supervisor.prefect_environment import prepare

USE = "gate planning and rebooking"


@dataclass
class Versions:
    """The developer's repository, and what the demo does with each version."""

    scenario: Scenario
    story: PrintedStory
    bench: Workbench

    def register(self, recipe: Recipe, typed: Typed) -> str:
        """Fit, write the folder, register it by the flow; returns the version's key."""
        from flows.register_model import register_model

        scenario = self.scenario
        prepare(scenario.registry.home.root, MODELWARD_ACTOR="dana")
        folder = self.bench.write(recipe, fit(recipe.settings, recipe.training()), typed, scenario.now)
        version = register_model(str(folder), as_of=scenario.now)
        row = self.look(version)
        line = f"{short(version)} registered: {typed.what}; worked on by {', '.join(row.contributors)}"
        self.story.say(line, scenario.now)
        return version

    def validate(self, version: str, *answers: Answer) -> bool:
        """Validate it by the flow, people answering; print the result. Returns whether it cleared its gates."""
        from flows.validate_model import validate_model

        self.scenario.later(minutes=30)
        cleared = True
        try:
            with answering(*answers):
                validate_model(version, use=USE, as_of=self.scenario.now)
        except GateRefusedError as refused:
            cleared = False
            self.story.say(refused.what.replace("\n", "\n   "), self.scenario.now)
            self.story.say(f"→ {refused.remedy}")
        self._say_compared(version)
        self.story.say(f"{short(version)} is {self.look(version).review_state}", self.scenario.now)
        return cleared

    def preview(self, version: str) -> list[str]:
        """The controls that the version would not clear now, each printed with its reason."""
        from tasks.validate.preview_version import preview_version

        standing = [one for one in preview_version(version, "production", USE, self.scenario.now) if not one.cleared]
        for judgement in standing:
            verdict = judgement.verdict
            why = getattr(verdict, "reason", "") or f"unproven, {getattr(verdict, 'missing', '')}"
            self.story.say(f"{judgement.control} would not clear: {why}")
        return sorted({one.control for one in standing})

    def waive(self, version: str, controls: Sequence[str], reason: str, until: datetime) -> list[str]:
        """The developer requests waivers, an approver grants them; returns their keys."""
        keys = []
        for control in controls:
            requested = RequestWaiver(version=version, control=control, reason=reason, expires_at=until)
            waiver = next(r for r in self.scenario.do(requested, by="dana").rows if isinstance(r, Waiver))
            granted = DecideWaiver(key=waiver.key, grant=True, reason=reason, proof=self.scenario.proof("axel"))
            self.scenario.do(granted, by="axel")
            self.story.say(
                f"{control} waived until {until:%d %b}: requested by dana, granted by axel", self.scenario.now
            )
            keys.append(waiver.key)
        return keys

    def deploy(self, version: str, *answers: Answer) -> bool:
        """Ask for approval and publish, by the flow; returns whether it serves."""
        from flows.deploy_model import deploy_model

        self.scenario.later(minutes=30)
        before = self._refusals()
        try:
            with answering(*answers):
                deploy_model(version, use=USE, as_of=self.scenario.now)
        except RefusedError as refused:
            self.story.say(str(refused), self.scenario.now)
            return False
        finally:
            for reason in self._refusals()[len(before) :]:
                self.story.say(f"refused and recorded: {reason}", self.scenario.now)
        request = pending(self.scenario, version)
        self.story.say(
            f"{short(version)} serves in {request.environment}, approved until {_day(request.valid_until)}",
            self.scenario.now,
        )
        return True

    def look(self, version: str) -> Version:
        """The version as it stands."""
        return required_row(self.scenario.registry, Version, version)

    def _say_compared(self, version: str) -> None:
        for compared in rows(self.scenario.registry, Comparison, version=version):
            about = f"against {short(compared.champion)}, {compared.metric}"
            low, high = compared.low, compared.high
            if compared.difference is None or low is None or high is None:
                self.story.say(f"{about}: no result ({compared.cannot_say})")
                continue
            proven = "better" if low > 0 else "worse" if high < 0 else "unproven"
            self.story.say(
                f"{about}: {compared.difference:+.3f} [{low:+.3f}, {high:+.3f}] "
                f"on {compared.rows:,} flights of {compared.days} days: {proven}"
            )

    def _refusals(self) -> list[str]:
        found = events_from(self.scenario.registry, 0)
        return [str(one.data["reason"]) for one in found if one.type == EventType.COMMAND_REFUSED]


def until(moment: datetime, days: int) -> datetime:
    """A date some days on."""
    return moment + timedelta(days=days)


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y}" if moment else "further notice"
