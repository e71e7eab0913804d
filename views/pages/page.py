"""The content of a model's pages for the templates: charts as SVG, and each row with the rows that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup

from data.queries.inventory import ListedVersion
from data.queries.log_proof import LogProof
from data.queries.model_snapshot import ModelSnapshot
from data.queries.section_texts import section_texts
from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment
from data.records.model import Consumer, MonitoringPlan
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.retirement import Retirement, RetirementParty
from data.records.review import Finding, Validation, VerdictSet, Waiver
from data.records.verdict import Judgement
from data.records.version import Comparison, Dataset, Metric, Section, TestResult, Version
from views.charts.line_chart import LineChart
from views.charts.svg_calibration import draw_calibration
from views.charts.svg_histogram import draw_histograms
from views.charts.svg_line import NARROW, SMALL, draw_line
from views.charts.svg_timeline import draw_timeline
from views.pages.due import DueItem, due_on
from views.pages.held_out import HeldOut, held_out
from views.pages.long_lists import LIST_NAMES, LongList
from views.pages.monitoring_charts import charts_of
from views.pages.timeline import timeline_of
from views.pages.timeline_steps import TimelineStep, steps_of

NARROW_TIMELINE = 380.0
ORDER = {"failed": 0, "unproven": 1, "passed": 2}


@dataclass(frozen=True)
class DrawnChart:
    """A chart with its drawings: `wide` for print and screens, `narrow` for phones (None: `wide` fits there too)."""

    chart: LineChart
    wide: Markup
    narrow: Markup | None = None


@dataclass(frozen=True)
class StageVerdicts:
    """The verdicts of one stage: criteria that failed, are unproven or were waived, and the others."""

    verdicts: VerdictSet
    notable: tuple[Judgement, ...]
    passed: tuple[Judgement, ...]


@dataclass(frozen=True)
class DecidedRequest:
    """An approval request with the decisions on it, and the attempts that the registry refused."""

    row: ApprovalRequest
    votes: tuple[Vote, ...]
    refused: tuple[TimelineStep, ...]

    @property
    def number(self) -> int:
        """Return the number of the request among the version's requests."""
        return int(self.row.key.rpartition("/")[2])


@dataclass(frozen=True)
class SectionWithText:
    """A section of the documentation with its text; the text is None if only its digest is kept."""

    row: Section
    text: str | None

    @property
    def stale(self) -> bool:
        """Return True if the subject of the section has changed since the section was written."""
        return self.row.described_digest != self.row.current_digest


@dataclass(frozen=True)
class Chapter:
    """The content of the page about one version: facts, verdicts, approvals, metrics and documentation."""

    row: Version
    listed: ListedVersion
    datasets: Sequence[Dataset]
    metrics: Sequence[Metric]
    tests: Sequence[TestResult]
    comparisons: Sequence[Comparison]
    judged: Sequence[StageVerdicts]
    validations: Sequence[Validation]
    validated_for: Mapping[str, str]
    findings: Sequence[Finding]
    waivers: Sequence[Waiver]
    requests: Sequence[DecidedRequest]
    scores: HeldOut | None
    curve: Markup | None
    pair: Markup | None
    documents: Sequence[SectionWithText]


@dataclass(frozen=True)
class RetirementWithParties:
    """A retirement with the consumers it affects."""

    row: Retirement
    parties: Sequence[RetirementParty]


@dataclass(frozen=True)
class Page:
    """The content of all pages about one model."""

    facts: ModelSnapshot
    written_at: datetime
    audit: LogProof
    steps: Sequence[TimelineStep]
    timeline: Markup
    timeline_narrow: Markup
    calibration: Sequence[DrawnChart]
    performance: Sequence[DrawnChart]
    rates: Sequence[DrawnChart]
    drift: Sequence[DrawnChart]
    chapters: Sequence[Chapter]
    deployments: Sequence[Deployment]
    rollbacks: Sequence[Deployment]
    retirements: Sequence[RetirementWithParties]
    alerts: Sequence[Alert]
    incidents: Sequence[Incident]
    consumers: Sequence[Consumer]
    plans: Sequence[MonitoringPlan]
    nights: Sequence[MonitoringRun]
    due: Sequence[DueItem]

    @property
    def serving(self) -> list[Deployment]:
        """Return the deployments that serve now."""
        return [one for one in self.deployments if one.state == "deployed"]

    def deployment(self, key: str | None) -> Deployment | None:
        """Return the deployment with this key, or None."""
        return self.facts.get(Deployment, key)

    def waiver(self, key: str | None) -> Waiver | None:
        """Return the waiver with this key, or None."""
        return self.facts.get(Waiver, key)

    @cached_property
    def lists(self) -> Mapping[str, LongList]:
        """Return the lists that grow without limit, by name."""
        windows = sorted(self.nights, key=lambda one: one.to_date)
        rows = (self.facts.events, self.steps, self.chapters, windows, self.alerts, self.incidents)
        return {name: LongList(name, list(found)) for name, found in zip(LIST_NAMES, rows, strict=True)}

    @property
    def refusals(self) -> list[TimelineStep]:
        """Return the steps of the timeline that are refused commands."""
        return [one for one in self.steps if one.kind == "refused"]

    @property
    def open_alerts(self) -> list[Alert]:
        """Return the alerts that are neither ended nor dismissed."""
        return [one for one in self.alerts if one.state not in {"ended", "dismissed"}]

    @property
    def open_incidents(self) -> list[Incident]:
        """Return the incidents that are not resolved."""
        return [one for one in self.incidents if one.state != "resolved"]

    @property
    def differences(self) -> list[Incident]:
        """Return the unresolved incidents about a file that differs from the record."""
        return [one for one in self.open_incidents if one.is_difference]


def page_of(facts: ModelSnapshot, audit: LogProof, written_at: datetime) -> Page:
    """Return the content of a model's pages."""
    steps, figures = steps_of(facts), charts_of(facts)
    timeline = timeline_of(facts, steps)
    deployments = sorted(facts.all(Deployment), key=lambda one: one.from_at)
    standing = {one.key: one for one in facts.listed}
    return Page(
        facts=facts,
        written_at=written_at,
        audit=audit,
        steps=steps,
        timeline=draw_timeline(timeline),
        timeline_narrow=draw_timeline(timeline, NARROW_TIMELINE, "-narrow"),
        calibration=_drawn(figures.calibration),
        performance=_drawn(figures.performance),
        rates=_drawn(figures.rates),
        drift=tuple(DrawnChart(one, draw_line(one, SMALL)) for one in figures.drift),
        chapters=tuple(_chapter(facts, one, standing[one.key], steps) for one in facts.versions),
        deployments=deployments,
        rollbacks=[one for one in deployments if one.rollback_of],
        retirements=tuple(
            RetirementWithParties(one, facts.of(RetirementParty, one.key)) for one in facts.all(Retirement)
        ),
        alerts=facts.all(Alert),
        incidents=facts.all(Incident),
        consumers=facts.all(Consumer),
        plans=facts.all(MonitoringPlan),
        nights=facts.all(MonitoringRun),
        due=due_on(facts.tables, facts.model.owner, facts.time.now, facts.signatures),
    )


def _drawn(charts: Sequence[LineChart]) -> tuple[DrawnChart, ...]:
    return tuple(DrawnChart(one, draw_line(one), draw_line(one, NARROW, "-narrow")) for one in charts)


def _chapter(facts: ModelSnapshot, version: Version, listed: ListedVersion, steps: Sequence[TimelineStep]) -> Chapter:
    scores = held_out(facts.store, version.reference_digest)
    name = f"v{version.number}"
    return Chapter(
        row=version,
        listed=listed,
        datasets=facts.of(Dataset, version.key),
        metrics=facts.of(Metric, version.key),
        tests=facts.of(TestResult, version.key),
        comparisons=facts.of(Comparison, version.key),
        judged=[_judged(one) for one in facts.of(VerdictSet, version.key)],
        validations=facts.of(Validation, version.key),
        validated_for={one.subject: str(one.data["deputy_of"]) for one in facts.events if "deputy_of" in one.data},
        findings=facts.of(Finding, version.key),
        waivers=facts.of(Waiver, version.key),
        requests=[_request(facts, one, steps) for one in facts.of(ApprovalRequest, version.key)],
        scores=scores,
        curve=draw_calibration(f"curve-{name}", f"Calibration of {name}, held-out data", scores) if scores else None,
        pair=draw_histograms(f"pair-{name}", f"Scores of {name}, held-out data", scores) if scores else None,
        documents=_documents(facts, version),
    )


def _documents(facts: ModelSnapshot, version: Version) -> list[SectionWithText]:
    sections = facts.of(Section, version.key)
    texts = section_texts(facts.store, facts.inbox, version, sections)
    return [SectionWithText(one, texts[one.name]) for one in sections]


def _judged(verdicts: VerdictSet) -> StageVerdicts:
    by_gravity = sorted(verdicts.judgements, key=lambda one: ORDER[one.verdict.outcome])
    notable = tuple(one for one in by_gravity if one.verdict.outcome != "passed" or one.waived_by)
    return StageVerdicts(verdicts, notable, tuple(one for one in by_gravity if one not in notable))


def _request(facts: ModelSnapshot, row: ApprovalRequest, steps: Sequence[TimelineStep]) -> DecidedRequest:
    refused = {one.seq for one in facts.events if one.type == "command.refused" and one.subject == row.key}
    return DecidedRequest(row, tuple(facts.of(Vote, row.key)), tuple(one for one in steps if one.seq in refused))
