"""Autumn: a retrained version with too little evidence, waivers for a limited time, monitoring, and the rollback."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from data.errors import RefusedError
from data.queries.rows import required_row
from data.records.deployment import Deployment
from data.records.names import short
from data.records.review import Waiver
from data.registry.commands.deployment import RatifyDeployment
from data.registry.commands.review import RevokeWaiver
from modelward.demo.answers import concludes, signs
from modelward.demo.life import Life
from modelward.demo.submissions import Typed
from modelward.demo.train import AUTUMN
from modelward.supervisor.prefect_environment import prepare

WAIVER_DAYS = 85
LAST_SUNDAY = date(2013, 12, 29)
PEOPLE = "register, validate, deploy"


def retrain(life: Life) -> str | None:
    """A version trained on July to mid-September; returns its key when it serves."""
    scenario, story = life.scenario, life.story
    with story.step("A version retrained on July to mid-September", PEOPLE):
        scenario.on(AUTUMN.registered_at)
        why = "the champion predicts twice as many late flights as occur in September"
        version = life.versions.register(AUTUMN, Typed("within plan", "retrained on July to mid-September", why))
        story.say("before the real run, the developer previews the gates:")
        standing = life.versions.preview(version)
        until = scenario.now + timedelta(days=WAIVER_DAYS)
        reason = "two weeks of an unusual September are too little evidence; to be shown on later weeks by then"
        life.waivers = life.versions.waive(version, standing, reason, until)
        scenario.later(hours=1)
        conclusion = concludes(
            scenario, story, "the waived controls, calibration, every test", "evidence of two weeks only"
        )
        if not life.versions.validate(version, conclusion):
            return None
        scenario.later(hours=1)
        return version if life.versions.deploy(version, signs(scenario, "axel", version, story)) else None


def watch_out(life: Life, version: str | None) -> date:
    """Monitor from October on until the version pages or the year ends; returns the last Sunday monitored."""
    sunday = date(2013, 10, 6)
    with life.story.step("From October on, monitored every week while the waivers run out", "monitoring"):
        while sunday <= LAST_SUNDAY:
            paged = [one for one in life.watch.night(sunday) if one.version == version]
            if paged:
                life.watch.confirm(paged[0], "also seen at the gates: the plans had fewer late flights than occurred")
                return sunday
            sunday += timedelta(days=7)
        life.story.say("monitoring paged nobody about this version before the year ended")
    return LAST_SUNDAY


def go_back(life: Life, version: str) -> None:
    """The waivers are revoked, the approval ends with them, and the last valid version serves again."""
    from flows.rollback_model import rollback_model

    scenario, story = life.scenario, life.story
    with story.step("The waivers revoked, and a rollback to the last valid version", PEOPLE):
        for key in life.waivers:
            _revoke(life, key)
        story.say(f"{short(version)} is {life.versions.look(version).review_state}", scenario.now)
        prepare(scenario.registry.home.root, MODELWARD_ACTOR="otto")
        scenario.later(minutes=10)
        try:
            deployment = rollback_model(
                life.year.model, reason="badly calibrated since its waivers were granted", as_of=scenario.now
            )
        except RefusedError as refused:
            story.say(str(refused).replace("\n", "\n   "), scenario.now)
            return
        row = required_row(scenario.registry, Deployment, deployment)
        story.say(f"otto rolls back: {short(row.version)} serves again", scenario.now)
        for passed in row.passed_over:
            story.say(f"passed over {short(passed['version'])}: {passed['reason']}")
        scenario.do(RatifyDeployment(key=deployment, proof=scenario.proof("alma")), by="alma")
        story.say("alma ratifies the rollback", scenario.now)


def _revoke(life: Life, key: str) -> None:
    scenario = life.scenario
    waiver = required_row(scenario.registry, Waiver, key)
    if waiver.state != "granted":
        return
    proof = scenario.proof("axel")
    scenario.do(RevokeWaiver(key=key, reason="the evidence that was promised was not shown", proof=proof), by="axel")
    life.story.say(f"axel revokes the waiver of {waiver.control}", scenario.now)


def december(life: Life, watched: date) -> None:
    """The rest of the year, and its last night."""
    with life.story.step("To the end of the year", "monitoring"):
        sunday = watched + timedelta(days=7)
        while sunday <= LAST_SUNDAY:
            life.watch.night(sunday)
            sunday += timedelta(days=7)
        life.watch.night(date(2013, 12, 31))
        life.scenario.on(datetime(2014, 1, 3, 9, 0, tzinfo=UTC))
