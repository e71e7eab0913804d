"""Print the results of the demo: the state of every version, the report, and commands to try next."""

from __future__ import annotations

from data.queries.inventory import ListedDeployment, ListedVersion, inventory
from data.queries.rows import rows
from data.records.monitoring import Alert, MonitoringRun
from modelward.demo.demo_context import DemoContext
from modelward.demo.proof import ProofResult
from views.evidence_address import model_page
from views.pages.site import site_folder, write_site

TRY_NEXT = (
    "modelward inventory",
    "modelward history flight-delay --as-of 2013-08-01",
    "modelward show flight-delay/4",
    "modelward alerts list",
    "modelward serve",
    "modelward audit log --type command.refused",
    "modelward audit verify --deep",
)


def summarise(context: DemoContext, proven: ProofResult) -> None:
    """Print a table of the versions, the counts, the path of the report, and commands that read this registry."""
    registry, story = context.scenario.registry, context.story
    versions = inventory(registry, now=context.scenario.now).versions
    runs = len(rows(registry, MonitoringRun, model=context.year.model))
    alerts = rows(registry, Alert, model=context.year.model)
    columns = ("version", "review", "served as champion", "why that ended")
    story.table("The versions", columns, [_row(one) for one in versions])
    story.say("")
    paged = sum(alert.level == "page" for alert in alerts)
    story.say(
        f"{runs} windows monitored in {context.monitoring.runs} runs; {len(alerts)} alerts, {paged} of level page"
    )
    outcome = "is verified" if proven.succeeded else "FAILS VERIFICATION"
    story.say(f"the audit log {outcome}: {proven.report.events} events, {proven.report.assurance} assurance")
    story.say("this is a replay registry: business times are in 2013, recorded times are real")
    pages = write_site(registry.home, site_folder(registry.home))
    story.say(f"report: {pages.root / model_page(context.year.model)}")
    story.say("commands to try next:")
    for command in (f"export MODELWARD_HOME={registry.home.root}", *(f".venv/bin/{one}" for one in TRY_NEXT)):
        story.say(f"  {command}")


def _row(version: ListedVersion) -> tuple[str, ...]:
    served = [place for place in version.deployments if place.slot == "champion"]
    periods = "\n".join(_period(place) for place in served) or "never"
    ends = "\n".join(place.ended_reason or "serves" for place in served) or version.state_reason
    return (f"{version.version}", version.review_state, periods, ends)


def _period(place: ListedDeployment) -> str:
    until = f"{place.to_at:%d %b}" if place.to_at else "now"
    return f"{place.from_at:%d %b} to {until}"
