"""Autumn: a retrain that proves too little, lent time by waivers; what the watch says of it; the way back."""

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
    """A retrain on July to mid-September; answers it when it serves."""
    stage, told = life.stage, life.told
    with told.step("A retrain on July to mid-September", PEOPLE):
        stage.on(AUTUMN.registered_at)
        why = "the champion says twice as many late flights as come in September"
        version = life.versions.register(AUTUMN, Typed("within plan", "retrained on July to mid-September", why))
        told.say("before the real run, its developer previews the gates:")
        standing = life.versions.preview(version)
        until = stage.now + timedelta(days=WAIVER_DAYS)
        reason = "two weeks of an unusual September prove little either way; to be shown on later weeks until then"
        life.waivers = life.versions.waive(version, standing, reason, until)
        stage.later(hours=1)
        conclusion = concludes(stage, told, "the waived controls, calibration, every test", "proven on two weeks only")
        if not life.versions.validate(version, conclusion):
            return None
        stage.later(hours=1)
        return version if life.versions.deploy(version, signs(stage, "axel", version, told)) else None


def watch_out(life: Life, version: str | None) -> date:
    """Watch from October on until the version pages or the year ends; answers the last Sunday watched."""
    sunday = date(2013, 10, 6)
    with life.told.step("October on, a watch a week, with waivers running out", "watching"):
        while sunday <= LAST_SUNDAY:
            paged = [one for one in life.watch.night(sunday) if one.version == version]
            if paged:
                life.watch.confirm(paged[0], "seen in the gates too: planned for fewer late flights than came")
                return sunday
            sunday += timedelta(days=7)
        life.told.say("the watch paged nobody about this version before the year ended")
    return LAST_SUNDAY


def go_back(life: Life, version: str) -> None:
    """The waivers are revoked, the approval falls with them, and the last valid version serves again."""
    from flows.rollback_model import rollback_model

    stage, told = life.stage, life.told
    with told.step("The waiver revoked, and the last valid version back", PEOPLE):
        for key in life.waivers:
            _revoke(life, key)
        told.say(f"{short(version)} is {life.versions.look(version).review_state}", stage.now)
        prepare(stage.registry.home.root, MODELWARD_ACTOR="otto")
        stage.later(minutes=10)
        try:
            deployment = rollback_model(life.year.model, reason="off since it was lent time", as_of=stage.now)
        except RefusedError as refused:
            told.say(str(refused).replace("\n", "\n   "), stage.now)
            return
        row = required_row(stage.registry, Deployment, deployment)
        told.say(f"otto rolls back: {short(row.version)} serves again", stage.now)
        for one in row.passed_over:
            told.say(f"passed over {short(one['version'])}: {one['reason']}")
        stage.do(RatifyDeployment(key=deployment, proof=stage.proof("alma")), by="alma")
        told.say("alma ratifies it", stage.now)


def _revoke(life: Life, key: str) -> None:
    stage = life.stage
    waiver = required_row(stage.registry, Waiver, key)
    if waiver.state != "granted":
        return
    proof = stage.proof("axel")
    stage.do(RevokeWaiver(key=key, reason="what was to be shown did not show", proof=proof), by="axel")
    life.told.say(f"axel revokes the waiver of {waiver.control}", stage.now)


def december(life: Life, watched: date) -> None:
    """The rest of the year, and its last night."""
    with life.told.step("To the end of the year", "watching"):
        sunday = watched + timedelta(days=7)
        while sunday <= LAST_SUNDAY:
            life.watch.night(sunday)
            sunday += timedelta(days=7)
        life.watch.night(date(2013, 12, 31))
        life.stage.on(datetime(2014, 1, 3, 9, 0, tzinfo=UTC))
