"""The second half of the demo: a version with too little evidence, temporary waivers, monitoring, a rollback."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from data.errors import RefusedError
from data.queries.rows import required_row
from data.records.deployment import Deployment
from data.records.names import short
from data.records.review import Waiver
from data.registry.commands.deployment import RatifyDeployment
from data.registry.commands.review import RevokeWaiver
from modelward.demo.answers import conclude, vote
from modelward.demo.demo_context import DemoContext
from modelward.demo.submissions import VersionDetails
from modelward.demo.train import RETRAINED
from modelward.supervisor.prefect_environment import prepare

WAIVER_DAYS = 85
LAST_SUNDAY = date(2013, 12, 29)
PEOPLE = "register, validate, deploy"


def retrain(context: DemoContext) -> str | None:
    """Deploy a version trained on July to mid-September; return its key, or None if it does not serve."""
    scenario, story = context.scenario, context.story
    with story.step("A version retrained on July to mid-September", PEOPLE):
        scenario.advance_to(RETRAINED.registered_at)
        why = "the champion predicts twice as many late flights as occur in September"
        version = context.versions.register(
            RETRAINED, VersionDetails("within plan", "retrained on July to mid-September", why)
        )
        story.say("before the real run, the developer previews the gates:")
        not_cleared = context.versions.preview(version)
        until = scenario.now + timedelta(days=WAIVER_DAYS)
        reason = "two weeks of an unusual September are too little evidence; later weeks must provide it by then"
        context.waivers = context.versions.waive(version, not_cleared, reason, until)
        scenario.advance(hours=1)
        conclusion = conclude(
            scenario, story, "the waived controls, calibration, every test", "evidence of two weeks only"
        )
        if not context.versions.validate(version, conclusion):
            return None
        scenario.advance(hours=1)
        return version if context.versions.deploy(version, vote(scenario, "axel", version, story)) else None


def monitor_retrained(context: DemoContext, version: str | None) -> date:
    """Monitor from October on until the version causes a page or the year ends; return the last Sunday monitored."""
    sunday = date(2013, 10, 6)
    with context.story.step("From October on, monitored every week while the waivers are in force", "monitoring"):
        while sunday <= LAST_SUNDAY:
            paged = [one for one in context.monitoring.monitor(sunday) if one.version == version]
            if paged:
                context.monitoring.confirm(
                    paged[0], "also seen at the airport gates: more flights were late than planned"
                )
                return sunday
            sunday += timedelta(days=7)
        context.story.say("monitoring paged nobody about this version before the year ended")
    return LAST_SUNDAY


def roll_back(context: DemoContext, version: str) -> None:
    """Revoke the waivers, which revokes the approval, and return to the last valid version."""
    from flows.rollback_model import rollback_model

    scenario, story = context.scenario, context.story
    with story.step("The waivers revoked, and a rollback to the last valid version", PEOPLE):
        for key in context.waivers:
            _revoke(context, key)
        story.say(f"{short(version)} is {context.versions.record(version).review_state}", scenario.now)
        prepare(scenario.registry.home.root, MODELWARD_ACTOR="otto")
        scenario.advance(minutes=10)
        try:
            deployment = rollback_model(
                context.year.model, reason="badly calibrated since its waivers were granted", as_of=scenario.now
            )
        except RefusedError as refused:
            story.say(str(refused), scenario.now)
            return
        row = required_row(scenario.registry, Deployment, deployment)
        story.say(f"otto rolls back: {short(row.version)} serves again", scenario.now)
        for passed in row.passed_over:
            story.say(f"skipped {short(passed['version'])}: {passed['reason']}")
        scenario.do(RatifyDeployment(key=deployment, proof=scenario.proof("alma")), by="alma")
        story.say("alma ratifies the rollback", scenario.now)


def _revoke(context: DemoContext, key: str) -> None:
    scenario = context.scenario
    waiver = required_row(scenario.registry, Waiver, key)
    if waiver.state != "granted":
        return
    proof = scenario.proof("axel")
    scenario.do(RevokeWaiver(key=key, reason="the promised evidence was not provided", proof=proof), by="axel")
    context.story.say(f"axel revokes the waiver of {waiver.control}", scenario.now)


def monitor_rest_of_year(context: DemoContext, last_sunday: date) -> None:
    """Monitor the weeks after `last_sunday` to the end of the year."""
    with context.story.step("To the end of the year", "monitoring"):
        sunday = last_sunday + timedelta(days=7)
        while sunday <= LAST_SUNDAY:
            context.monitoring.monitor(sunday)
            sunday += timedelta(days=7)
        context.monitoring.monitor(date(2013, 12, 31))
        context.scenario.advance_to(datetime(2014, 1, 3, 9, 0, tzinfo=UTC))
