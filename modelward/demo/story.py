"""The steps of the demo, in order. Each reads its result from the registry and prints it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data.files.artifacts import ArtifactStore
from data.queries.rows import required_row
from data.records.log import Attestation
from data.registry.commands.log import AdoptStandard
from gates.standard import baseline_text, load_standard
from modelward.demo.answers import WRONG_CODE, concludes, raise_a_finding, signs
from modelward.demo.life import Life
from modelward.demo.people import DEMO_PEOPLE, Scenario
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


def create_registry(scenario: Scenario, story: PrintedStory) -> None:
    """The registry, its people and the standard."""
    with story.step("A replay registry, its people and its standard", "registry"):
        scenario.registry.create(origin="modelward-demo", clock="replay")
        with scenario.registry.session():
            scenario.enrol_people()
            standard = load_standard(baseline_text(), "baseline")
            adopt = AdoptStandard(
                standard=standard.id,
                version=standard.version,
                title=standard.title,
                digest=ArtifactStore(scenario.registry.home.artifacts).put(baseline_text().encode()),
                controls=len(standard.controls),
                proof=scenario.proof("ada"),
            )
            scenario.do(adopt, by="ada")
        story.say(
            f"{len(DEMO_PEOPLE)} people enrolled with one-time codes; from here on every business time is in 2013"
        )
        story.say(f"standard adopted: {standard.title}, {len(standard.controls)} controls")


def plan(scenario: Scenario, story: PrintedStory) -> Life:
    """The thresholds, set before April, and what the later steps share."""
    with story.step("Thresholds, set from weeks before April that no evaluated model was trained on", "fitting models"):
        thresholds = find_thresholds()
        bench = Workbench(scenario.registry.home.root / "work" / "flight-delay")
        bench.plan(thresholds)
        story.say(thresholds.summary)
        story.say(f"AUC floor {thresholds.auc_floor}, severe calibration margin {thresholds.severe}")
    year = Year(scenario.registry.home, MODEL, date(2013, 4, 1))
    return Life(scenario, story, Versions(scenario, story, bench), MonitoringRunner(scenario, story, year))


def run_lifecycle(life: Life) -> None:
    """The lifecycle of the model, from the first candidate to the end of the year."""
    with life.story.step("A candidate that memorised its training data", PEOPLE):
        life.scenario.on(OVERFITTED.registered_at)
        overfitted = life.versions.register(OVERFITTED, Typed("new", "deep trees", "a first model for delays"))
        life.versions.validate(overfitted)
    winter = first_model(life)
    with life.story.step("April to June, monitored every week", "monitoring"):
        life.watch.weeks(date(2013, 4, 1), date(2013, 4, 28))
        for day in range(23, 30):
            life.watch.night(date(2013, 4, day))
        life.watch.weeks(date(2013, 4, 29), date(2013, 6, 30))
        life.watch.resolve("weeks of storms; a challenger is being trained")
    challenger = replacement(life, winter)
    with life.story.step("July to September, monitored every week", "monitoring"):
        life.watch.weeks(date(2013, 7, 1), date(2013, 9, 29))
        life.watch.resolve("a calm September after a summer of storms; a new version is being trained")
    autumn = retrain(life)
    open_retirement(life, winter, challenger)
    watched = watch_out(life, autumn)
    if autumn is not None:
        go_back(life, autumn)
    finish_retirement(life, winter, challenger)
    december(life, watched)


def first_model(life: Life) -> str:
    """The January–March model, from its registration to production."""
    scenario, story = life.scenario, life.story
    with story.step("The January–March model, registered and validated", PEOPLE):
        scenario.later(hours=1)
        why = "the deep trees ranked worse on later weeks"
        version = life.versions.register(WINTER, Typed("new", "small trees", why))
        looked_at = "data, method, every test, the code"
        conclusion = concludes(scenario, story, looked_at, "one winter only; single days vary")
        raise_a_finding(scenario, version, story)
        life.versions.validate(version, conclusion)
    with story.step("Two people approve it; two attempts are refused", PEOPLE):
        scenario.later(hours=1)
        life.versions.deploy(
            version,
            signs(scenario, "dana", version, story),
            signs(scenario, "alma", version, story, code=WRONG_CODE),
            signs(scenario, "alma", version, story),
            signs(scenario, "axel", version, story),
        )
    return version


def replacement(life: Life, champion: str) -> str:
    """A challenger trained on data to 9 June, evaluated on the weeks after."""
    scenario, story = life.scenario, life.story
    with story.step("A challenger trained on data to 9 June", PEOPLE):
        scenario.on(CHALLENGER.registered_at)
        version = life.versions.register(
            CHALLENGER,
            Typed(
                "within plan",
                "retrained on January to 9 June",
                "the champion predicts too few late flights since April",
            ),
        )
        conclusion = concludes(
            scenario, story, "what changed since the champion, every test", "no autumn and no winter storm in the data"
        )
        if not life.versions.validate(version, conclusion):
            return champion
        scenario.later(hours=1)
        served = life.versions.deploy(version, signs(scenario, "axel", version, story))
        return version if served else champion


def attest(life: Life) -> None:
    """Verify and anchor the log, make and restore a backup, and record the results."""
    from flows.attest_registry import attest_registry

    with life.story.step("Attestation: the log verified and anchored, a backup made and restored", "audit"):
        key = attest_registry(as_of=life.scenario.now)
        row = required_row(life.scenario.registry, Attestation, key)
        life.story.say(f"{row.events} events verified, {row.anchored} anchored; the restored copy has the same root")
