"""Run the steps of the demo in order; each step reads its result from the registry and prints it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data.files.artifacts import ArtifactStore
from data.queries.rows import required_row
from data.records.log import Attestation
from data.registry.commands.log import AdoptStandard
from gates.standard import baseline_text, load_standard
from modelward.demo.answers import WRONG_CODE, conclude, raise_finding, vote
from modelward.demo.demo_context import DemoContext
from modelward.demo.monitoring_runner import MonitoringRunner
from modelward.demo.people import DEMO_PEOPLE, Scenario
from modelward.demo.printed_story import PrintedStory
from modelward.demo.replay import ReplayedYear
from modelward.demo.retirement import finish_retirement, open_retirement
from modelward.demo.second_half import monitor_rest_of_year, monitor_retrained, retrain, roll_back
from modelward.demo.submissions import DeveloperRepository, VersionDetails
from modelward.demo.thresholds import find_thresholds
from modelward.demo.train import CHALLENGER, OVERFITTED, WINTER
from modelward.demo.versions import Versions

OPENING = datetime(2013, 3, 31, 9, 0, tzinfo=UTC)
MODEL = "models/ops/flight-delay"
PEOPLE = "register, validate, deploy"


def create_registry(scenario: Scenario, story: PrintedStory) -> None:
    """Create the registry, enrol its people, and adopt the standard."""
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


def plan(scenario: Scenario, story: PrintedStory) -> DemoContext:
    """Set the thresholds from weeks before April, and return the context of the later steps."""
    with story.step("Thresholds, set from weeks before April that no evaluated model was trained on", "fitting models"):
        thresholds = find_thresholds()
        repository = DeveloperRepository(scenario.registry.home.root / "work" / "flight-delay")
        repository.plan(thresholds)
        story.say(thresholds.summary)
        story.say(f"AUC floor {thresholds.auc_floor}, severe calibration margin {thresholds.severe}")
    year = ReplayedYear(scenario.registry.home, MODEL, date(2013, 4, 1))
    return DemoContext(scenario, story, Versions(scenario, story, repository), MonitoringRunner(scenario, story, year))


def run_lifecycle(context: DemoContext) -> None:
    """Run the lifecycle of the model, from the first candidate to the end of the year."""
    with context.story.step("A candidate that memorised its training data", PEOPLE):
        context.scenario.advance_to(OVERFITTED.registered_at)
        overfitted = context.versions.register(
            OVERFITTED, VersionDetails("new", "deep trees", "a first model for delays")
        )
        context.versions.validate(overfitted)
    winter = first_model(context)
    with context.story.step("April to June, monitored every week", "monitoring"):
        context.monitoring.monitor_weeks(date(2013, 4, 1), date(2013, 4, 28))
        for day in range(23, 30):
            context.monitoring.monitor(date(2013, 4, day))
        context.monitoring.monitor_weeks(date(2013, 4, 29), date(2013, 6, 30))
        context.monitoring.resolve_incidents("weeks of storms; a challenger is being trained")
    challenger = replacement(context, winter)
    with context.story.step("July to September, monitored every week", "monitoring"):
        context.monitoring.monitor_weeks(date(2013, 7, 1), date(2013, 9, 29))
        context.monitoring.resolve_incidents(
            "a calm September after a summer of storms; a new version is being trained"
        )
    retrained = retrain(context)
    open_retirement(context, winter, challenger)
    last_sunday = monitor_retrained(context, retrained)
    if retrained is not None:
        roll_back(context, retrained)
    finish_retirement(context, winter, challenger)
    monitor_rest_of_year(context, last_sunday)


def first_model(context: DemoContext) -> str:
    """Register, validate and deploy the January–March model; return the key of the version."""
    scenario, story = context.scenario, context.story
    with story.step("The January–March model, registered and validated", PEOPLE):
        scenario.advance(hours=1)
        why = "the deep trees ranked worse on later weeks"
        version = context.versions.register(WINTER, VersionDetails("new", "small trees", why))
        scope = "data, method, every test, the code"
        conclusion = conclude(scenario, story, scope, "one winter only; single days vary")
        raise_finding(scenario, version, story)
        context.versions.validate(version, conclusion)
    with story.step("Two people approve it; two attempts are refused", PEOPLE):
        scenario.advance(hours=1)
        context.versions.deploy(
            version,
            vote(scenario, "dana", version, story),
            vote(scenario, "alma", version, story, code=WRONG_CODE),
            vote(scenario, "alma", version, story),
            vote(scenario, "axel", version, story),
        )
    return version


def replacement(context: DemoContext, champion: str) -> str:
    """Deploy a challenger trained on data to 9 June; return the key of the version that serves then."""
    scenario, story = context.scenario, context.story
    with story.step("A challenger trained on data to 9 June", PEOPLE):
        scenario.advance_to(CHALLENGER.registered_at)
        version = context.versions.register(
            CHALLENGER,
            VersionDetails(
                "within plan",
                "retrained on January to 9 June",
                "the champion predicts too few late flights since April",
            ),
        )
        conclusion = conclude(
            scenario, story, "what changed since the champion, every test", "no autumn and no winter storm in the data"
        )
        if not context.versions.validate(version, conclusion):
            return champion
        scenario.advance(hours=1)
        served = context.versions.deploy(version, vote(scenario, "axel", version, story))
        return version if served else champion


def attest(context: DemoContext) -> None:
    """Verify and anchor the log, make and restore a backup, record the results, and print them."""
    from flows.attest_registry import attest_registry

    with context.story.step("Attestation: the log verified and anchored, a backup made and restored", "audit"):
        key = attest_registry(as_of=context.scenario.now)
        row = required_row(context.scenario.registry, Attestation, key)
        context.story.say(f"{row.events} events verified, {row.anchored} anchored; the restored copy has the same root")
