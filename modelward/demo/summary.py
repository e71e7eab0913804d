"""What the demo leaves: every version and what became of it, the report, and what to try next."""

from __future__ import annotations

from data.queries.inventory import ListedVersion, Placement, inventory
from data.queries.rows import rows
from data.records.monitoring import Alert, MonitoringRun
from modelward.demo.life import Life
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


def summarise(life: Life, proven: ProofResult) -> None:
    """A table of the versions, the counts, the path of the report, and commands that read this registry."""
    registry, told = life.stage.registry, life.told
    versions = inventory(registry, now=life.stage.now).versions
    runs = len(rows(registry, MonitoringRun, model=life.year.model))
    alerts = rows(registry, Alert, model=life.year.model)
    columns = ("version", "review", "served as champion", "why that ended")
    told.table("What became of each version", columns, [_row(one) for one in versions])
    told.say("")
    paged = sum(alert.level == "page" for alert in alerts)
    told.say(f"{runs} windows watched in {life.watch.runs} runs; {len(alerts)} alerts, {paged} of them woke somebody")
    held = "holds" if proven.holds else "DOES NOT HOLD"
    told.say(f"the record {held}: {proven.report.events} events, {proven.report.assurance} assurance")
    told.say("this is a replay registry: its business times are of 2013, the recorded times are real")
    pages = write_site(registry.home, site_folder(registry.home))
    told.say(f"report: {pages.root / model_page(life.year.model)}")
    told.say("what to try next:")
    for command in TRY_NEXT:
        told.say(f"  MODELWARD_HOME={registry.home.root} .venv/bin/{command}")


def _row(one: ListedVersion) -> tuple[str, ...]:
    served = [place for place in one.deployments if place.slot == "champion"]
    periods = "\n".join(_period(place) for place in served) or "never"
    ends = "\n".join(place.ended_reason or "serves" for place in served) or one.state_reason
    return (f"{one.version}", one.review_state, periods, ends)


def _period(place: Placement) -> str:
    until = f"{place.to_at:%d %b}" if place.to_at else "now"
    return f"{place.from_at:%d %b} to {until}"
