"""The chapters of the demo, in order; each asks the registry what came of it and says that."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data.files.artifacts import ArtifactStore
from data.queries.rows import required_row
from data.records.log import Attestation
from data.registry.commands.log import AdoptStandard
from gates.standard import baseline_text, load_standard
from modelward.demo.answers import WRONG_CODE, concludes, raise_a_finding, signs
from modelward.demo.life import Life
from modelward.demo.people import CAST, Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import Year
from modelward.demo.retirement import finish_retirement, open_retirement
from modelward.demo.second_half import december, go_back, retrain, watch_out
from modelward.demo.submissions import Typed, Workbench
from modelward.demo.thresholds import find_thresholds
from modelward.demo.train import CHALLENGER, OVERFITTED, WINTER
from modelward.demo.versions import Versions
from modelward.demo.watch import MonitoringRunner

OPENING = datetime(2013, 3, 31, 9, 0, tzinfo=UTC)
MODEL = "models/ops/flight-delay"
PEOPLE = "register, validate, deploy"


def found(stage: Scenario, told: PrintedStory) -> None:
    """The registry, its people and the standard."""
    with told.step("A replay registry, its people and its standard", "registry"):
        stage.registry.create(origin="modelward-demo", clock="replay")
        with stage.registry.session():
            stage.assemble()
            standard = load_standard(baseline_text(), "baseline")
            adopt = AdoptStandard(
                standard=standard.id,
                version=standard.version,
                title=standard.title,
                digest=ArtifactStore(stage.registry.home.artifacts).put(baseline_text().encode()),
                controls=len(standard.controls),
                proof=stage.proof("ada"),
            )
            stage.do(adopt, by="ada")
        told.say(f"{len(CAST)} people enrolled with one-time codes; every business time from here on is of 2013")
        told.say(f"standard adopted: {standard.title}, {len(standard.controls)} controls")


def plan(stage: Scenario, told: PrintedStory) -> Life:
    """Thresholds, before April."""
    with told.step("Thresholds, from weeks before April that no judged model was trained on", "fitting models"):
        thresholds = find_thresholds()
        bench = Workbench(stage.registry.home.root / "work" / "flight-delay")
        bench.plan(thresholds)
        told.say(thresholds.told)
        told.say(f"AUC floor {thresholds.auc_floor}, severe calibration margin {thresholds.severe}")
    year = Year(stage.registry.home, MODEL, date(2013, 4, 1))
    return Life(stage, told, Versions(stage, told, bench), MonitoringRunner(stage, told, year))


def live(life: Life) -> None:
    """The life of the model."""
    with life.told.step("A candidate that learned its winter by heart", PEOPLE):
        life.stage.on(OVERFITTED.registered_at)
        overfitted = life.versions.register(OVERFITTED, Typed("new", "deep trees", "a first model for delays"))
        life.versions.validate(overfitted)
    winter = first_model(life)
    with life.told.step("April to June, a watch a week", "watching"):
        life.watch.weeks(date(2013, 4, 1), date(2013, 4, 28))
        for day in range(23, 30):
            life.watch.night(date(2013, 4, day))
        life.watch.weeks(date(2013, 4, 29), date(2013, 6, 30))
        life.watch.resolve("weeks of storms; a challenger is under way")
    challenger = replacement(life, winter)
    with life.told.step("July to September, a watch a week", "watching"):
        life.watch.weeks(date(2013, 7, 1), date(2013, 9, 29))
        life.watch.resolve("a calm September after a summer of storms; a retrain is under way")
    autumn = retrain(life)
    open_retirement(life, winter, challenger)
    watched = watch_out(life, autumn)
    if autumn is not None:
        go_back(life, autumn)
    finish_retirement(life, winter, challenger)
    december(life, watched)


def first_model(life: Life) -> str:
    """The January–March model, from its registration to production."""
    stage, told = life.stage, life.told
    with told.step("The January–March model, registered and validated", PEOPLE):
        stage.later(hours=1)
        why = "the deep trees did not hold on later weeks"
        version = life.versions.register(WINTER, Typed("new", "small trees", why))
        looked_at = "data, method, every test, the code"
        conclusion = concludes(stage, told, looked_at, "one winter; single days are uneven")
        raise_a_finding(stage, version, told)
        life.versions.validate(version, conclusion)
    with told.step("Two people approve it; two attempts do not count", PEOPLE):
        stage.later(hours=1)
        life.versions.deploy(
            version,
            signs(stage, "dana", version, told),
            signs(stage, "alma", version, told, code=WRONG_CODE),
            signs(stage, "alma", version, told),
            signs(stage, "axel", version, told),
        )
    return version


def replacement(life: Life, champion: str) -> str:
    """A challenger trained to 9 June, judged on what came after."""
    stage, told = life.stage, life.told
    with told.step("A challenger trained to 9 June", PEOPLE):
        stage.on(CHALLENGER.registered_at)
        version = life.versions.register(
            CHALLENGER, Typed("within plan", "retrained on January to 9 June", "the champion runs cold since April")
        )
        conclusion = concludes(stage, told, "what changed since the champion, every test", "no autumn, no winter storm")
        if not life.versions.validate(version, conclusion):
            return champion
        stage.later(hours=1)
        served = life.versions.deploy(version, signs(stage, "axel", version, told))
        return version if served else champion


def attest(life: Life) -> None:
    """The log verified and anchored, a backup made and restored, and all of that put on record."""
    from flows.attest_registry import attest_registry

    with life.told.step("Attested: verified, anchored, backed up, and the backup restored", "audit"):
        key = attest_registry(as_of=life.stage.now)
        row = required_row(life.stage.registry, Attestation, key)
        life.told.say(f"{row.events} events verified, {row.anchored} anchored; the restored copy has the same root")
