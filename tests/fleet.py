r"""A fleet of any number of monitored models that serve since yesterday, each with one day of predictions and labels.

Every model is created by the registry's own commands: registered with a monitoring plan and a version with a reference,
judged, approved by one person with a code, and deployed. Commands are given in batches where possible.

fleet = create_fleet(root, 1_000)                   MODELWARD_HOME refers to the root
add_history(root, 365)                              a year of older days and notices, which monitoring must not read
break_files(root, 10)                               damage the logs of ten models, each in one of six ways
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.files.home import Home
from data.logs.profile_cache import ProfileCache
from data.notices.outbox import Notice, Outbox
from data.records.approval import ApprovalRequest, RequiredRole
from data.records.evidence import sha256_of
from data.records.model import AppliedStandard, ColumnMapping, Feature
from data.records.names import version_key
from data.records.person import Actor, Role
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Judgement, Passed
from data.records.version import Artifact, Change, ChangeClass, CodeState
from data.registry.command import Command
from data.registry.command_batch import Receipt
from data.registry.commands.approval import RequestApproval
from data.registry.commands.deployment import BeginOperation, CompleteDeployment
from data.registry.commands.model import RecordMonitoringPlan, RegisterModel
from data.registry.commands.version import RecordVerdicts, RegisterVersion
from data.registry.evidence import collect_evidence
from data.registry.registry import LARGEST_BATCH
from monitoring.column_kind import ColumnKind
from monitoring.edge_placement import edges_of_table
from monitoring.scan import profile_table
from monitoring.scores import count_scores
from tasks.register.build_reference import Reference, store_reference
from tests.world import STANDARDS_DIGEST, World, found_world

ROWS = 1_000
NUMERIC = tuple(f"number_{place:02d}" for place in range(14))
CATEGORICAL = tuple(f"category_{place:02d}" for place in range(6))
COLUMNS = ColumnMapping(
    features=(
        *(Feature(name=name, kind="numeric") for name in NUMERIC),
        *(Feature(name=name, kind="categorical") for name in CATEGORICAL),
    )
)
RULES: tuple[dict[str, object], ...] = (
    *({"statistic": "psi", "column": name, "margin": 0.2} for name in (*NUMERIC, *CATEGORICAL)),
    {"statistic": "calibration", "column": "score", "direction": "both", "reference": 1.0, "margin": 0.3},
)
DAYS_READ = 8
"""Days of a log that a monitoring run may read: its window of a week, and the day after it."""
REFERENCES = 20
REFERENCE_ROWS = 20_000
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Fleet:
    """The monitored models in one home, the day they logged, and the time at which monitoring starts after it."""

    root: Path
    models: tuple[str, ...]
    day: date
    night: datetime


def create_fleet(root: Path, count: int, rows: int = ROWS) -> Fleet:
    """Create `count` models under `root` that serve, each with one day of `rows` predictions and labels."""
    world = found_world(root)
    models = tuple(f"models/fleet/m{number:04d}" for number in range(count))
    references = [_reference(seed) for seed in range(min(REFERENCES, count))]
    with world.registry.store.session():
        _deploy(world, models, references)
    day = world.now.date() + timedelta(days=1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: _log(world, one, day, rows), enumerate(models)))
    return Fleet(root, models, day, _midnight(day) + timedelta(days=1, hours=3))


def add_history(root: Path, days: int) -> None:
    """Add empty folders for so many older days of each log, marked as read, and ten old notices for each day.

    A monitoring run that opened one of the days would fail; a run that lists them shows the cost of listing.
    """
    home = Home(root)
    cache = ProfileCache(home.profiles, home.keys)
    for log in sorted(root.glob("logs/*/*")):
        model = f"models/{log.relative_to(root / 'logs')}"
        (first,) = (date.fromisoformat(one.name.removeprefix("date=")) for one in log.iterdir())
        past = [first - timedelta(days=DAYS_READ + number) for number in range(days)]
        folders = [kept / f"date={day}" for kept in (log, home.labels(model)) for day in past]
        for folder in folders:
            folder.mkdir()
        known = {str(one / "part-0.parquet"): [1, 1, 1, 1, sha256_of(str(one))] for one in folders}
        cache.put(json.dumps(known).encode(), "identities", model)
    notice = Notice(kind="delivery", to="olga", about="notices", title="long ago", text="nobody reads it any more")
    left = Outbox(home.outbox).write(notice, _midnight(date(2012, 1, 1)))
    body = left.read_text("utf-8")
    for number in range(10 * days):
        name = left.parent / f"20120101T000000{number:09d}Z-delivery-{number:016x}.json"
        name.write_text(body, "utf-8")
        name.with_suffix(".md").touch()


def break_files(root: Path, count: int) -> list[str]:
    """Damage the predictions of `count` models, evenly distributed over the fleet; return the names of these models."""
    files = sorted(root.glob("logs/*/*/date=*/part-0.parquet"))
    broken = [files[number * len(files) // count] for number in range(count)]
    for number, file in enumerate(broken):
        WAYS[number % len(WAYS)](file)
    return [file.parents[1].name for file in broken]


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _garbled(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:2_000] + bytes(len(content) - 4_000) + content[-2_000:])


def _without_score(file: Path) -> None:
    pq.write_table(pq.read_table(file).drop_columns(["score"]), file)


def _without_a_feature(file: Path) -> None:
    pq.write_table(pq.read_table(file).drop_columns([NUMERIC[3]]), file)


def _text_for_numbers(file: Path) -> None:
    table = pq.read_table(file)
    place = table.schema.get_field_index(NUMERIC[5])
    pq.write_table(table.set_column(place, NUMERIC[5], pa.array(["far"] * len(table))), file)


WAYS: tuple[Callable[[Path], None], ...] = (
    _cut_short, _without_score, _text_for_numbers, _garbled, _without_a_feature, _emptied,
)  # fmt: skip


def _deploy(world: World, models: Sequence[str], references: Sequence[str]) -> None:
    dealt = [references[place % len(references)] for place in range(len(models))]
    versions = [version_key(model, 1) for model in models]
    _together(world, [_registered(model) for model in models])
    _together(world, [_planned(model) for model in models])
    _together(world, [_version(world, *one) for one in zip(models, dealt, strict=True)])
    _together(world, [_judged(*one, "assess") for one in _evidence(world, versions)])
    evidence = _evidence(world, versions)
    judged = _together(world, [_judged(*one, "approve") for one in evidence])
    sets = [one.row(VerdictSet).key for one in judged]
    commands = [
        _approval_request(world, *one) for one in zip(versions, (digest for _, digest in evidence), sets, strict=True)
    ]
    requests = [one.row(ApprovalRequest) for one in _together(world, commands)]
    for request in requests:
        world.decide(request, "alma")
    _together(world, [_begun(request) for request in requests])
    done = [CompleteDeployment(model=model, manifest_digest=sha256_of(model)) for model in models]
    _together(world, done)


def _together(world: World, commands: Sequence[Command]) -> list[Receipt]:
    """Execute the commands in the largest batches allowed; raise the first refusal."""
    receipts: list[Receipt] = []
    for start in range(0, len(commands), LARGEST_BATCH):
        batch = commands[start : start + LARGEST_BATCH]
        for outcome in world.registry.execute_together(batch, RunContext(Actor(id="dev"), world.now, "run-1")):
            if not isinstance(outcome, Receipt):
                raise outcome
            receipts.append(outcome)
    return receipts


def _evidence(world: World, versions: Sequence[str]) -> list[tuple[str, str]]:
    """Return each version with the digest of its present evidence."""
    with world.registry.reading() as state:
        return [(version, collect_evidence(state, version).digest) for version in versions]


def _registered(model: str) -> RegisterModel:
    standard = AppliedStandard(standard="baseline", rationale="applies to every model")
    fields: dict[str, Any] = {"purpose": f"score {model}", "intended_uses": ("planning",), "tier_rationale": "small"}
    routes = {"alert_route": "fleet-oncall", "runbook": "runbooks/fleet.md"}
    return RegisterModel(
        model=model, owner="olga", tier=3, tier_factors={"impact": 1}, standards=(standard,), columns=COLUMNS, **fields,
        **routes,
    )  # fmt: skip


def _planned(model: str) -> RecordMonitoringPlan:
    return RecordMonitoringPlan(model=model, rules=RULES, label_patience_days=0, rationale="every column, and the rate")


def _version(world: World, model: str, reference: str) -> RegisterVersion:
    content = f"artifact of {model}".encode()
    artifact = Artifact(kind="file", digest=world.artifacts.put(content), size=len(content), file_name="model.bin")
    return RegisterVersion(
        model=model, artifact=artifact, code=CodeState(commit="4f2a" * 10, dirty=False),
        environment_digest=sha256_of("environment"), configuration={"trees": 200}, contributors=("dev",),
        submitter="dev", change=Change(change_class=ChangeClass.NEW, what="a first model", why="there was none"),
        submission_digest=sha256_of(model), reference_digest=reference, provenance={}, datasets=(), sections=(),
    )  # fmt: skip


def _judged(version: str, evidence: str, stage: Any) -> RecordVerdicts:
    passed = Judgement(control="performance", gate="performance", criterion="auc", verdict=Passed(because="0.7"))
    return RecordVerdicts(
        version=version, stage=stage, environment="production", standards=("baseline@1",), judgements=(passed,),
        standards_digest=STANDARDS_DIGEST, evidence_digest=evidence,
    )  # fmt: skip


def _approval_request(world: World, version: str, evidence: str, verdicts: str) -> RequestApproval:
    content = f"artifact of {version.partition('/versions/')[0]}".encode()
    return RequestApproval(
        about=version, environment="production", use="planning", tier=3, change_class="new",
        required=(RequiredRole(role=Role.APPROVER, count=1),), evidence_digest=evidence,
        standards_digest=STANDARDS_DIGEST, artifact_digest=world.artifacts.put(content), verdict_set=verdicts,
        expires_at=world.now + timedelta(days=7), approval_days=90,
    )  # fmt: skip


def _begun(request: Any) -> BeginOperation:
    return BeginOperation(
        model=request.subject.partition("/versions/")[0], kind="deploy", environment="production",
        version=request.subject, request=request.key, evidence_digest=request.evidence_digest,
        standards_digest=request.standards_digest, artifact_digest=request.artifact_digest,
    )  # fmt: skip


def _rows(seed: int, rows: int) -> dict[str, pa.Array]:
    """Return features, score and label; every seed draws from the same distributions."""
    rng = np.random.default_rng(seed)
    numbers = {name: pa.array(rng.normal(place, 1.0 + place, rows)) for place, name in enumerate(NUMERIC)}
    words = {name: _words(rng, 3 + 4 * place, rows) for place, name in enumerate(CATEGORICAL)}
    score = rng.beta(2.0, 5.0, rows)
    label = (rng.random(rows) < score).astype(np.float64)
    return {**numbers, **words, "score": pa.array(score), "label": pa.array(label)}


def _words(rng: np.random.Generator, count: int, rows: int) -> pa.Array:
    values = pa.array([f"value_{place:02d}" for place in range(count)])
    return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, count, rows, dtype=np.int32)), values)


def _reference(seed: int) -> str:
    """Store a reference in the artifact store of MODELWARD_HOME; return its digest."""
    table = pa.table(_rows(1_000_000 + seed, REFERENCE_ROWS))
    kinds = {one.name: ColumnKind(one.kind) for one in COLUMNS.features} | {"score": ColumnKind.NUMERIC}
    edges = edges_of_table(table, kinds)
    roles = ("training", "held-out")
    scores = count_scores(table["score"].to_numpy(), table["label"].to_numpy())
    profiles = {role: profile_table(table, edges, role)[0] for role in roles}
    return store_reference(Reference(edges, profiles, dict.fromkeys(roles, scores)))


def _log(world: World, numbered_model: tuple[int, str], day: date, rows: int) -> None:
    """Write one model's predictions of a day, and their labels, known the same evening."""
    seed, model = numbered_model
    made = _rows(seed, rows)
    label = made.pop("label")
    ids = pa.array([f"{seed}-{number}" for number in range(rows)])
    steps = timedelta(days=1) / (rows + 1)
    times = pa.array([_midnight(day) + steps * number for number in range(rows)], INSTANT)
    who = pa.array(["desk" if number % 4 else "gates" for number in range(rows)])
    version = pa.array(["1"] * rows)
    columns = {"prediction_id": ids, "predicted_at": times, "model_version": version, "consumer": who, **made}
    _write(world.home.logs(model) / f"date={day}", pa.table(columns))
    known = pa.array([_midnight(day) + timedelta(hours=23, minutes=59, seconds=59)] * rows, INSTANT)
    _write(
        world.home.labels(model) / f"date={day}", pa.table({"prediction_id": ids, "label": label, "labelled_at": known})
    )


def _write(folder: Path, table: pa.Table) -> None:
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "part-0.parquet")


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")
