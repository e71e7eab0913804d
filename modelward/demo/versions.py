"""Register, validate and deploy the demo's versions with the real flows, while the people answer the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.errors import GateRefusedError, RefusedError
from data.queries.log_entries import events_from
from data.queries.rows import required_row, rows
from data.records.events import EventType
from data.records.names import short
from data.records.review import Waiver
from data.records.version import Comparison, Version
from data.registry.commands.review import DecideWaiver, RequestWaiver
from modelward.demo.answers import latest_request
from modelward.demo.form_responder import Answer, answering
from modelward.demo.people import Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.submissions import DeveloperRepository, VersionDetails
from modelward.demo.train import Recipe, fit
from modelward.supervisor.prefect_environment import prepare

USE = "gate planning and rebooking"


@dataclass
class Versions:
    """The versions of the demo, submitted from the developer's repository."""

    scenario: Scenario
    story: PrintedStory
    repository: DeveloperRepository

    def register(self, recipe: Recipe, details: VersionDetails) -> str:
        """Fit a model, write the submission folder, register it with the flow, and return the key of the version."""
        from flows.register_model import register_model

        scenario = self.scenario
        prepare(scenario.registry.home.root, MODELWARD_ACTOR="dana")
        folder = self.repository.write(recipe, fit(recipe.settings, recipe.training()), details, scenario.now)
        version = register_model(str(folder), as_of=scenario.now)
        row = self.record(version)
        line = f"{short(version)} registered: {details.what}; worked on by {', '.join(row.contributors)}"
        self.story.say(line, scenario.now)
        return version

    def validate(self, version: str, *answers: Answer) -> bool:
        """Validate a version with the flow and these answers; return whether it cleared its gates."""
        from flows.validate_model import validate_model

        self.scenario.advance(minutes=30)
        cleared = True
        try:
            with answering(*answers):
                validate_model(version, use=USE, as_of=self.scenario.now)
        except GateRefusedError as refused:
            cleared = False
            self.story.say(refused.what, self.scenario.now)
            self.story.say(f"→ {refused.remedy}")
        self._say_compared(version)
        self.story.say(f"{short(version)} is {self.record(version).review_state}", self.scenario.now)
        return cleared

    def preview(self, version: str) -> list[str]:
        """Return the controls that the version would not clear now, after printing the reason for each."""
        from tasks.validate.preview_version import preview_version

        not_cleared = [one for one in preview_version(version, "production", USE, self.scenario.now) if not one.cleared]
        for judgement in not_cleared:
            verdict = judgement.verdict
            why = getattr(verdict, "reason", "") or f"unproven, {getattr(verdict, 'missing', '')}"
            self.story.say(f"{judgement.control} is not cleared: {why}")
        return sorted({one.control for one in not_cleared})

    def waive(self, version: str, controls: Sequence[str], reason: str, until: datetime) -> list[str]:
        """Let the developer request waivers and an approver grant them; return their keys."""
        keys = []
        for control in controls:
            requested = RequestWaiver(version=version, control=control, reason=reason, expires_at=until)
            waiver = self.scenario.do(requested, by="dana").row(Waiver)
            granted = DecideWaiver(key=waiver.key, grant=True, reason=reason, proof=self.scenario.proof("axel"))
            self.scenario.do(granted, by="axel")
            self.story.say(
                f"{control} waived until {until:%d %b}: requested by dana, granted by axel", self.scenario.now
            )
            keys.append(waiver.key)
        return keys

    def deploy(self, version: str, *answers: Answer) -> bool:
        """Ask for approval and publish a version with the flow; return whether it serves."""
        from flows.deploy_model import deploy_model

        self.scenario.advance(minutes=30)
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
        request = latest_request(self.scenario, version)
        self.story.say(
            f"{short(version)} serves in {request.environment}, approved until {_day(request.valid_until)}",
            self.scenario.now,
        )
        return True

    def record(self, version: str) -> Version:
        """Return the present record of a version."""
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


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y}" if moment else "further notice"
