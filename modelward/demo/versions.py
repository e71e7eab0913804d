"""Versions on their way: registered, validated and deployed by the real flows, with people answering."""

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
    """The developer's bench, and what the demo does with each version."""

    stage: Scenario
    told: PrintedStory
    bench: Workbench

    def register(self, recipe: Recipe, typed: Typed) -> str:
        """Fit, write the folder, register it by the flow; answers the version's key."""
        from flows.register_model import register_model

        stage = self.stage
        prepare(stage.registry.home.root, MODELWARD_ACTOR="dana")
        folder = self.bench.write(recipe, fit(recipe.settings, recipe.training()), typed, stage.now)
        version = register_model(str(folder), as_of=stage.now)
        row = self.look(version)
        told = f"{short(version)} registered: {typed.what}; worked on by {', '.join(row.contributors)}"
        self.told.say(told, stage.now)
        return version

    def validate(self, version: str, *answers: Answer) -> bool:
        """Judge it by the flow, people answering; say what came of it. Answers whether it cleared its gates."""
        from flows.validate_model import validate_model

        self.stage.later(minutes=30)
        cleared = True
        try:
            with answering(*answers):
                validate_model(version, use=USE, as_of=self.stage.now)
        except GateRefusedError as refused:
            cleared = False
            self.told.say(refused.what.replace("\n", "\n   "), self.stage.now)
            self.told.say(f"→ {refused.remedy}")
        self._say_compared(version)
        self.told.say(f"{short(version)} is {self.look(version).review_state}", self.stage.now)
        return cleared

    def preview(self, version: str) -> list[str]:
        """What the gates would hold against it: the controls that are not cleared, each said with its reason."""
        from tasks.validate.preview_version import preview_version

        standing = [one for one in preview_version(version, "production", USE, self.stage.now) if not one.cleared]
        for one in standing:
            verdict = one.verdict
            why = getattr(verdict, "reason", "") or f"unproven, {getattr(verdict, 'missing', '')}"
            self.told.say(f"{one.control} would not clear: {why}")
        return sorted({one.control for one in standing})

    def waive(self, version: str, controls: Sequence[str], reason: str, until: datetime) -> list[str]:
        """The developer asks, an approver grants; answers the waivers' keys."""
        keys = []
        for control in controls:
            asked = RequestWaiver(version=version, control=control, reason=reason, expires_at=until)
            waiver = next(r for r in self.stage.do(asked, by="dana").rows if isinstance(r, Waiver))
            granted = DecideWaiver(key=waiver.key, grant=True, reason=reason, proof=self.stage.proof("axel"))
            self.stage.do(granted, by="axel")
            self.told.say(f"{control} waived until {until:%d %b}: asked by dana, granted by axel", self.stage.now)
            keys.append(waiver.key)
        return keys

    def deploy(self, version: str, *answers: Answer) -> bool:
        """Ask for approval and publish, by the flow; answers whether it serves."""
        from flows.deploy_model import deploy_model

        self.stage.later(minutes=30)
        before = self._refusals()
        try:
            with answering(*answers):
                deploy_model(version, use=USE, as_of=self.stage.now)
        except RefusedError as refused:
            self.told.say(str(refused), self.stage.now)
            return False
        finally:
            for reason in self._refusals()[len(before) :]:
                self.told.say(f"refused and recorded: {reason}", self.stage.now)
        request = pending(self.stage, version)
        self.told.say(
            f"{short(version)} serves in {request.environment}, approved until {_day(request.valid_until)}",
            self.stage.now,
        )
        return True

    def look(self, version: str) -> Version:
        """The version as it stands."""
        return required_row(self.stage.registry, Version, version)

    def _say_compared(self, version: str) -> None:
        for one in rows(self.stage.registry, Comparison, version=version):
            if one.difference is None or one.low is None or one.high is None:
                self.told.say(f"against {short(one.champion)}, {one.metric}: cannot say ({one.cannot_say})")
                continue
            proven = "better" if one.low > 0 else "worse" if one.high < 0 else "unproven"
            self.told.say(
                f"against {short(one.champion)}, {one.metric}: {one.difference:+.3f} "
                f"[{one.low:+.3f}, {one.high:+.3f}] on {one.rows:,} flights of {one.days} days: {proven}"
            )

    def _refusals(self) -> list[str]:
        found = events_from(self.stage.registry, 0)
        return [str(one.data["reason"]) for one in found if one.type == EventType.COMMAND_REFUSED]


def until(moment: datetime, days: int) -> datetime:
    """A date some days on."""
    return moment + timedelta(days=days)


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y}" if moment else "further notice"
