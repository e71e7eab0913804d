"""Make a large registry with the product's own writer: models, versions with evidence, deployments, monitoring runs.

    make(home, Size(models=2_000, versions=6_000, events=100_000))

Every event about the first 24 models and their versions is a command, carried out in batches by the rules: registered,
measured, judged. The newest version of each model is approved with a one-time code and deployed. The other models are
copies of these (`registry_clones.py`), and the remaining events are nightly monitoring runs of the served versions.
These are composed, sealed, journalled and anchored by the same code as in the product, a batch a transaction, but no
rule judges them and their rows are inserted together, because a million commands would take two hours. An event has
about 3.6 KB.

The registry has the clock `replay`: the history begins in 2013 and has a night for every round of monitoring runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from registry_clones import append, clone
from registry_size import Size

from data.audit.body import canonical_text
from data.files.artifacts import ArtifactStore
from data.records.approval import ApprovalRequest, RequiredRole
from data.records.events import EventType
from data.records.evidence import sha256_of
from data.records.model import AppliedStandard, ColumnMapping, Feature
from data.records.monitoring import MonitoringRun
from data.records.names import version_key
from data.records.person import Actor, Role
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Judgement, Passed
from data.records.version import Artifact, Change, ChangeClass, CodeState, Metric, TestResult, Version
from data.registry.command import Command, CommandResult
from data.registry.command_batch import Receipt
from data.registry.commands.approval import RequestApproval
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.commands.model import RecordMonitoringPlan, RegisterModel
from data.registry.commands.version import (
    RecordEvidence,
    RecordVerdicts,
    RegisterVersion,
    SubmittedDataset,
    SubmittedSection,
)
from data.registry.evidence import collect_evidence
from data.registry.registry import Registry
from data.registry.state import _encoded, _quoted
from tests.world import STANDARDS_DIGEST, World, found_world

T = TypeVar("T")

TEAMS = ("ops", "fraud", "credit", "pricing", "claims", "care", "marketing", "risk")
NUMERIC = tuple(f"number_{place:02d}" for place in range(14))
CATEGORICAL = tuple(f"category_{place:02d}" for place in range(6))
FEATURES = (*NUMERIC, *CATEGORICAL)
COLUMNS = ColumnMapping(
    features=tuple(Feature(name=name, kind="numeric" if name in NUMERIC else "categorical") for name in FEATURES)
)
RULES: tuple[dict[str, object], ...] = (
    *({"statistic": "psi", "column": name, "margin": 0.2} for name in FEATURES),
    {"statistic": "calibration", "column": "score", "direction": "both", "reference": 1.0, "margin": 0.3},
)
WATCHED = (*(f"psi:{name}" for name in FEATURES), "calibration:score")
SECTIONS = ("purpose", "data", "method", "assumptions", "limitations", "monitoring", "performance")
METRICS = ("auc", "brier", "log_loss", "calibration")
CONTROLS = tuple(f"CTL-{number}" for number in range(1, 19))
JUDGED = 24
"""The models that are made by commands: one for each pair of team and tier."""
BATCH = 100
"""Commands in one transaction: a rule reads the uncommitted rows of its batch more slowly than committed rows."""
NIGHT_BATCH = 500
"""Monitoring runs in one transaction."""


def make(root: Path, size: Size, tell: Callable[[str], None] = print) -> None:
    """Make a registry of this size in the new folder `root`. `tell` gets a line for each step."""
    os.environ["MODELWARD_HOME"] = str(root)
    maker = Maker(found_world(root), size, tell)
    with maker.world.registry.store.session():
        maker.make()


class Maker:
    """Makes the models, the versions and the monitoring runs of one registry."""

    def __init__(self, world: World, size: Size, tell: Callable[[str], None]) -> None:
        self.world, self.size, self.tell = world, size, tell
        every = [f"models/{TEAMS[number % len(TEAMS)]}/m{number:05d}" for number in range(size.models)]
        self.models = every[:JUDGED]
        self.copies = {model: every[place + JUDGED :: JUDGED] for place, model in enumerate(self.models)}
        self.counts = dict.fromkeys(self.models, size.versions // size.models)
        self.tiers = {model: _tier(number) for number, model in enumerate(self.models)}
        self.content = world.artifacts.put(b"the artifact of every version")
        self.environment = self._store(world.artifacts, "environment")
        self.inbox = ArtifactStore(world.home.inbox)

    def make(self) -> None:
        self._together("models", (_model(number, model) for number, model in enumerate(self.models)))
        self._together("monitoring plans", map(_plan, self.models))
        self._move(days=1)
        for number in range(1, max(self.counts.values()) + 1):
            models = [model for model in self.models if self.counts[model] >= number]
            versions = [version_key(model, number) for model in models]
            self._together(f"versions {number}", (self._version(model, number) for model in models))
            self._together("evidence", map(self._measured, versions))
            self._together("verdicts", self._judged(versions, "assess"))
            self._move(days=1)
        self._serve([version_key(model, count) for model, count in self.counts.items()])
        self._move(days=1)
        started = time.process_time()
        clone(self.world.registry, self.copies)
        self._tell("copies", sum(map(len, self.copies.values())), started)
        self._monitor()

    def _serve(self, versions: Sequence[str]) -> None:
        sets = [one.row(VerdictSet) for one in self._together("verdicts", self._judged(versions, "approve"))]
        requests = [one.row(ApprovalRequest) for one in self._together("requests", map(self._request, sets))]
        started = time.process_time()
        for request in requests:
            self.world.decide(request, "alma")
        self._tell("approvals", len(requests), started)
        self._together("operations", map(_begun, requests))
        served = [version.partition("/versions/")[0] for version in versions]
        done = (CompleteDeployment(model=model, manifest_digest=sha256_of(model)) for model in served)
        self._together("deployments", done)

    def _monitor(self) -> None:
        """Append a monitoring run of each served model, night after night, until the log has the events wanted."""
        registry, started = self.world.registry, time.process_time()
        missing = self.size.events - registry.head().size
        served = [(one, count) for model, count in self.counts.items() for one in (model, *self.copies[model])]
        runs = _nights(served, self.world.now.date())
        for _ in range(0, missing, NIGHT_BATCH):
            size = min(NIGHT_BATCH, self.size.events - registry.head().size)
            append_runs(registry, list(islice(runs, size)))
        self._tell("monitoring runs", max(missing, 0), started)

    def _together(self, what: str, commands: Iterable[Command]) -> list[Receipt]:
        """Carry out the commands in batches; raise the first refusal."""
        receipts: list[Receipt] = []
        started = time.process_time()
        for batch in _batches(commands, BATCH):
            context = RunContext(Actor(id="dev"), self.world.now, "run-1")
            for outcome in self.world.registry.execute_together(batch, context):
                if not isinstance(outcome, Receipt):
                    raise outcome
                receipts.append(outcome)
        self._tell(what, len(receipts), started)
        return receipts

    def _tell(self, what: str, count: int, started: float) -> None:
        self.tell(f"  {count:>9,} {what}: {time.process_time() - started:.0f} s of CPU")

    def _move(self, days: int) -> None:
        self.world.move(days=days)

    def _version(self, model: str, number: int) -> RegisterVersion:
        first = number == 1
        kind = ChangeClass.NEW if first else ChangeClass.WITHIN_PLAN
        change = Change(change_class=kind, what="a first model" if first else "trained on later data", why="planned")
        return RegisterVersion(
            model=model, parent=None if first else version_key(model, number - 1), change=change,
            artifact=Artifact(kind="file", digest=self.content, size=29, file_name="model.bin"),
            code=CodeState(commit=sha256_of([model, number])[7:47], dirty=False),
            environment_digest=self.environment, configuration={"trees": 200, "depth": 6, "rate": 0.05},
            contributors=("dev",), submitter="dev", submission_digest=self._store(self.inbox, [model, number]),
            reference_digest=None, provenance={"code": "derived", "environment": "derived", "data": "claimed"},
            datasets=tuple(_dataset(role, model, number) for role in ("training", "held-out")),
            sections=tuple(self._section(name, model, number) for name in SECTIONS),
        )  # fmt: skip

    def _section(self, name: str, model: str, number: int) -> SubmittedSection:
        return SubmittedSection(
            name=name, text_digest=self._store(self.world.artifacts, [name, model, number]), words=200,
            describes="nothing", described_digest=None, current_digest=None,
        )  # fmt: skip

    @staticmethod
    def _store(store: ArtifactStore, value: object) -> str:
        """Store the RFC 8785 form of a value and return its digest."""
        return store.put(canonical_text(value).encode())

    def _measured(self, version: str) -> RecordEvidence:
        fields: dict[str, Any] = {"low": 0.68, "high": 0.72, "produced_by": "modelward"}
        fields |= {"evidence_digest": self.content}
        metrics = tuple(
            Metric(
                key=f"{version}/metrics/{name}/{role}", version=version, name=name, dataset=role, rows=5_000, days=20,
                value=0.7, measured_at=self.world.now, **fields,
            )
            for name in METRICS for role in ("training", "held-out")
        )  # fmt: skip
        test = TestResult(
            key=f"{version}/tests/auc-held-out", version=version, name="auc-held-out", kind="out-of-sample", value=0.7,
            threshold=0.6, at_least=True, threshold_set_at=self.world.now, run_at=self.world.now, **fields,
        )  # fmt: skip
        return RecordEvidence(version=version, metrics=metrics, tests=(test,))

    def _judged(self, versions: Sequence[str], stage: Any) -> Iterator[RecordVerdicts]:
        for batch in _batches(versions, BATCH):
            with self.world.registry.reading() as state:
                digests = [collect_evidence(state, version).digest for version in batch]
            for version, digest in zip(batch, digests, strict=True):
                yield RecordVerdicts(
                    version=version, stage=stage, environment="production", standards=("baseline@1",),
                    judgements=tuple(map(_judgement, CONTROLS)), standards_digest=STANDARDS_DIGEST,
                    evidence_digest=digest,
                )  # fmt: skip

    def _request(self, verdicts: VerdictSet) -> RequestApproval:
        version = self.world.get(Version, verdicts.version)
        return RequestApproval(
            about=verdicts.version, environment="production", use="planning", change_class=version.change.change_class,
            tier=self.tiers[version.model],
            required=(RequiredRole(role=Role.APPROVER, count=1),), evidence_digest=verdicts.evidence_digest,
            standards_digest=STANDARDS_DIGEST, artifact_digest=self.content, verdict_set=verdicts.key,
            expires_at=self.world.now + timedelta(days=90), approval_days=365,
        )  # fmt: skip


def append_runs(registry: Registry, runs: Sequence[MonitoringRun]) -> None:
    """Record monitoring runs, an event each, in one transaction."""
    names = ", ".join(map(_quoted, MonitoringRun.stored_columns()))
    marks = ", ".join(["?"] * len(MonitoringRun.stored_columns()))
    sql = f"INSERT INTO monitoring_run ({names}) VALUES {', '.join([f'({marks})'] * len(runs))}"
    values = [value for run in runs for value in _encoded(run)]
    results = [(_recorded(run), RunContext(Actor(id="service:monitor"), run.ran_at)) for run in runs]
    append(registry, results, lambda connection: connection.execute(sql, values))


def _recorded(run: MonitoringRun) -> CommandResult:
    data = {"opened": [], "went_on": [], "ended": [], "incidents": []}
    return CommandResult(EventType.MONITORING_RECORDED, run.key, (run,), data, {"evidence": [run.measurements_digest]})


def _nights(served: Sequence[tuple[str, int]], first: date) -> Iterator[MonitoringRun]:
    """Yield a monitoring run of each served model and version number, night after night, without end."""
    day = first
    while True:
        day += timedelta(days=1)
        window = [day - timedelta(days=back) for back in range(6, -1, -1)]
        night = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)
        for number, (model, version) in enumerate(served):
            yield _run(model, version, window, night, number)


def _run(model: str, version: int, window: Sequence[date], night: datetime, number: int) -> MonitoringRun:
    last = window[-1]
    digest = sha256_of([model, last.isoformat()])
    shift = 0.01 + (number * 31 + last.toordinal()) % 97 / 1_000
    values = {name: round(shift + place / 10_000, 6) for place, name in enumerate(WATCHED)}
    return MonitoringRun(
        key=f"{model}/monitoring/{last}", model=model, plan=f"{model}/monitoring-plans/1",
        from_date=str(window[0]), to_date=str(last), versions=(version_key(model, version),), rows=7_000,
        labelled=6_000, partitions=tuple(f"date={day}/part-0.parquet@{digest}" for day in window),
        measurements_digest=digest, counts={"clear": 20, "unproven": 1},
        outcomes=dict.fromkeys(WATCHED, "clear"), headline={**values, "auc": 0.7, "auc_low": 0.69, "auc_high": 0.71},
        ran_at=night, run_id=f"night-{last}",
    )  # fmt: skip


def _model(number: int, model: str) -> RegisterModel:
    standard = AppliedStandard(standard="baseline", rationale="applies to every model")
    fields: dict[str, Any] = {"purpose": f"score {model}", "intended_uses": ("planning",)}
    fields |= {"prohibited_uses": ("pricing for one person",), "tier_rationale": "small", "tier_factors": {"impact": 1}}
    return RegisterModel(
        model=model, owner="olga", tier=_tier(number), standards=(standard,), columns=COLUMNS,
        alert_route="on-call", runbook="runbooks/model.md", **fields,
    )  # fmt: skip


def _tier(number: int) -> int:
    return 1 + number % 3


def _plan(model: str) -> RecordMonitoringPlan:
    return RecordMonitoringPlan(model=model, rules=RULES, rationale="every column, and the rate")


def _dataset(role: Any, model: str, number: int) -> SubmittedDataset:
    return SubmittedDataset(
        role=role, kind="content", identity=sha256_of([role, model, number]), rows=20_000,
        columns=dict.fromkeys(FEATURES, "double"), quality="passed", quality_rows_floor=1_000, quality_expectations=12,
    )  # fmt: skip


def _judgement(control: str) -> Judgement:
    verdict = Passed(because="0.70 is at least 0.60 on 5,000 rows of 20 days")
    return Judgement(control=control, gate="performance", criterion="auc on held-out", verdict=verdict)


def _begun(request: ApprovalRequest) -> BeginOperation:
    return BeginOperation(
        model=request.subject.partition("/versions/")[0], kind="deploy", environment="production",
        version=request.subject, request=request.key, evidence_digest=request.evidence_digest,
        standards_digest=request.standards_digest, artifact_digest=request.artifact_digest,
    )  # fmt: skip


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
