"""Records for the tests of gates: a version of a tier-2 model whose evidence clears the baseline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from data.records.approval import ApprovalRequest, RequiredRole, Vote
from data.records.evidence import Evidence
from data.records.model import (
    AppliedStandard,
    ColumnMapping,
    Consumer,
    Feature,
    Model,
    MonitoringPlan,
    PlannedTest,
    TestPlan,
)
from data.records.person import Role
from data.records.review import Finding, Severity, Validation, Waiver
from data.records.row import Frozen
from data.records.verdict import Judgement
from data.records.version import (
    Artifact,
    Change,
    ChangeClass,
    CodeState,
    Comparison,
    Dataset,
    Metric,
    Overlap,
    Section,
    Version,
)
from data.records.version import TestResult as Result
from gates.catalogue import GATES

NOW = datetime(2013, 4, 10, 12, tzinfo=UTC)
MODEL = "models/ops/delay"
VERSION = f"{MODEL}/versions/2"
NAN = float("nan")


def days(count: float) -> timedelta:
    return timedelta(days=count)


def digest(letter: str = "a") -> str:
    return "sha256:" + letter * 64


def judged(gate: str, evidence: Evidence, now: datetime = NOW, **parameters: Any) -> list[Judgement]:
    """The judgements of a gate on evidence, with these parameters."""
    found = GATES[gate]
    return found.judge(found.parameters_type.model_validate(parameters), "TST-1", evidence, now)


def outcomes(judgements: list[Judgement]) -> dict[str, str]:
    """The outcome of each criterion."""
    return {one.criterion: one.verdict.outcome for one in judgements}


def words(judgement: Judgement) -> str:
    """All texts of a verdict in one string."""
    return " ".join(str(value) for value in judgement.verdict.model_dump().values())


def made(kind: type[Any], defaults: dict[str, Any], changes: dict[str, Any]) -> Any:
    return kind(**{**defaults, **changes})


def model(**changes: Any) -> Model:
    defaults: dict[str, Any] = {
        "key": MODEL,
        "team": "ops",
        "name": "delay",
        "owner": "omar",
        "purpose": "say which flights will be late",
        "intended_uses": ("planning",),
        "prohibited_uses": ("refusing passengers",),
        "tier": 2,
        "tier_factors": {"exposure": 2},
        "tier_rationale": "a wrong answer costs an hour",
        "standards": (AppliedStandard(standard="baseline", rationale="applies to all"),),
        "columns": ColumnMapping(features=(Feature(name="distance", kind="numeric"),)),
        "alert_route": "ops on call",
        "runbook": "docs/runbook.md",
        "registered_at": NOW - days(40),
        "registered_by": "dana",
    }
    return made(Model, defaults, changes)  # type: ignore[no-any-return]


def version(**changes: Any) -> Version:
    defaults: dict[str, Any] = {
        "key": VERSION,
        "model": MODEL,
        "number": 2,
        "parent": None,
        "artifact": Artifact(kind="file", digest=digest(), size=9),
        "code": CodeState(commit="4f2a" * 10, dirty=False),
        "environment_digest": digest("b"),
        "configuration": {},
        "contributors": ("dana", "dmitri"),
        "submitter": "dana",
        "change": Change(change_class=ChangeClass.NEW, what="a first model", why="there was none"),
        "submission_digest": digest("c"),
        "reference_digest": None,
        "provenance": {"code": "derived"},
        "registered_at": NOW - days(8),
    }
    return made(Version, defaults, changes)  # type: ignore[no-any-return]


def changed_as(change: ChangeClass, **changes: Any) -> Version:
    return version(change=Change(change_class=change, what="other trees", why="better"), **changes)


def dataset(role: str = "training", **changes: Any) -> Dataset:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/datasets/{role}",
        "version": VERSION,
        "role": role,
        "kind": "content",
        "identity": digest("d" if role == "training" else "e"),
        "rows": 20_000,
        "columns": {"distance": "double"},
        "quality": "passed",
        "quality_report": digest("f"),
        "quality_rows_floor": 1_000,
        "quality_expectations": 12,
        "from_at": NOW - days(100 if role == "training" else 60),
        "to_at": NOW - days(61 if role == "training" else 30),
        "overlap": None if role == "training" else Overlap(ids=0, rows=0, explained=0),
    }
    return made(Dataset, defaults, changes)  # type: ignore[no-any-return]


def section(name: str = "purpose", **changes: Any) -> Section:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/sections/{name}",
        "version": VERSION,
        "name": name,
        "text_digest": digest("1"),
        "words": 120,
        "describes": "purpose",
        "described_digest": digest("2"),
        "current_digest": digest("2"),
    }
    return made(Section, defaults, changes)  # type: ignore[no-any-return]


def metric(name: str = "auc", data: str = "held-out", segment: str = "", **changes: Any) -> Metric:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/metrics/{name}/{data}/{segment}",
        "version": VERSION,
        "name": name,
        "dataset": data,
        "slice": segment,
        "value": 0.704,
        "low": 0.669,
        "high": 0.74,
        "rows": 19_000,
        "days": 21,
        "produced_by": "modelward",
        "evidence_digest": digest("3"),
        "measured_at": NOW - days(2),
    }
    return made(Metric, defaults, changes)  # type: ignore[no-any-return]


def planned(name: str = "auc-held-out", **changes: Any) -> PlannedTest:
    defaults: dict[str, Any] = {
        "name": name,
        "kind": "out-of-sample",
        "metric": "auc",
        "dataset": "held-out",
        "threshold": 0.65,
        "rationale": "what weeks before reached",
    }
    return made(PlannedTest, defaults, changes)  # type: ignore[no-any-return]


def plan(*tests: PlannedTest, number: int = 1, **changes: Any) -> TestPlan:
    defaults: dict[str, Any] = {
        "key": f"{MODEL}/test-plans/{number}",
        "model": MODEL,
        "number": number,
        "tests": tests or (planned(),),
        "recorded_at": NOW - days(20),
        "recorded_by": "dana",
    }
    return made(TestPlan, defaults, changes)  # type: ignore[no-any-return]


def result(name: str = "auc-held-out", **changes: Any) -> Result:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/tests/{name}",
        "version": VERSION,
        "name": name,
        "kind": "out-of-sample",
        "value": 0.704,
        "low": 0.669,
        "high": 0.74,
        "threshold": 0.65,
        "at_least": True,
        "threshold_set_at": NOW - days(20),
        "run_at": NOW - days(2),
        "produced_by": "modelward",
        "evidence_digest": digest("3"),
    }
    return made(Result, defaults, changes)  # type: ignore[no-any-return]


def comparison(name: str = "auc", **changes: Any) -> Comparison:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/comparisons/{name}",
        "version": VERSION,
        "champion": f"{MODEL}/versions/1",
        "metric": name,
        "difference": 0.03,
        "low": 0.014,
        "high": 0.041,
        "rows": 19_000,
        "days": 21,
        "evidence_digest": digest("4"),
        "measured_at": NOW - days(2),
    }
    return made(Comparison, defaults, changes)  # type: ignore[no-any-return]


def monitoring_plan(**changes: Any) -> MonitoringPlan:
    defaults: dict[str, Any] = {
        "key": f"{MODEL}/monitoring-plans/1",
        "model": MODEL,
        "number": 1,
        "rules": ({"statistic": "psi", "column": "distance", "limit": 0.2},),
        "rationale": "what moved in the weeks before",
        "recorded_at": NOW - days(20),
        "recorded_by": "dana",
    }
    return made(MonitoringPlan, defaults, changes)  # type: ignore[no-any-return]


def validation(**changes: Any) -> Validation:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/validations/1",
        "version": VERSION,
        "number": 1,
        "validator": "vera",
        "scope": "method, data and tests",
        "limitations": "winter flights only, so far",
        "competence": "ten years of airline operations",
        "conclusion": "fit",
        "evidence_digest": digest("5"),
        "concluded_at": NOW - days(1),
    }
    return made(Validation, defaults, changes)  # type: ignore[no-any-return]


def finding(**changes: Any) -> Finding:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/findings/1",
        "version": VERSION,
        "number": 1,
        "severity": Severity.HIGH,
        "title": "no summer data",
        "text": "nothing was seen of thunderstorms",
        "owner": "dana",
        "raised_by": "vera",
        "raised_at": NOW - days(5),
        "due_at": NOW + days(20),
    }
    return made(Finding, defaults, changes)  # type: ignore[no-any-return]


def waiver(**changes: Any) -> Waiver:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/waivers/1",
        "version": VERSION,
        "number": 1,
        "control": "CMP-1",
        "reason": "better in Brier, and the ranking is watched weekly",
        "requester": "dana",
        "requested_at": NOW - days(3),
        "expires_at": NOW + days(30),
        "state": "granted",
        "approver": "rita",
        "granted_at": NOW - days(2),
    }
    return made(Waiver, defaults, changes)  # type: ignore[no-any-return]


def request(**changes: Any) -> ApprovalRequest:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/requests/1",
        "subject": VERSION,
        "purpose": "deploy",
        "environment": "production",
        "use": "planning",
        "required": (RequiredRole(role=Role.APPROVER, count=2),),
        "tier": 2,
        "change_class": "new",
        "evidence_digest": digest("6"),
        "standards_digest": digest("7"),
        "artifact_digest": digest(),
        "verdict_set": f"{VERSION}/verdicts/2",
        "contributors": ("dana", "dmitri"),
        "requester": "dana",
        "nonce": "n",
        "request_digest": digest("8"),
        "run_id": "run-1",
        "state": "approved",
        "issued_at": NOW - days(1),
        "expires_at": NOW + days(6),
        "approval_days": 365,
        "decided_at": NOW,
        "valid_until": NOW + days(365),
    }
    return made(ApprovalRequest, defaults, changes)  # type: ignore[no-any-return]


def vote(person: str = "alma", **changes: Any) -> Vote:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/requests/1/votes/{person}",
        "request": f"{VERSION}/requests/1",
        "person": person,
        "printed_name": person.title(),
        "role": Role.APPROVER,
        "decision": "approve",
        "meaning": "I reviewed the evidence",
        "proof": "totp",
        "credential": f"people/{person}/credentials/1",
        "statement_digest": digest("9"),
        "decided_at": NOW,
    }
    return made(Vote, defaults, changes)  # type: ignore[no-any-return]


def consumer(system: str, of: str = MODEL, **changes: Any) -> Consumer:
    defaults: dict[str, Any] = {"key": f"{of}/consumers/{system}", "model": of, "system": system, "declared": True}
    return made(Consumer, defaults, changes)  # type: ignore[no-any-return]


SECTIONS = ("purpose", "data", "method", "limitations", "assumptions", "performance")


def evidence(**changes: Any) -> Evidence:
    """Evidence that clears every control of the baseline at every stage."""
    defaults: dict[str, Any] = {
        "model": model(),
        "version": version(),
        "datasets": (dataset("training"), dataset("held-out")),
        "sections": tuple(section(name) for name in SECTIONS),
        "metrics": (
            metric(),
            metric(data="training", value=0.757),
            *(metric(segment=f"origin={one}", rows=6_000, value=v) for one, v in (("EWR", 0.72), ("LGA", 0.664))),
        ),
        "tests": (result(), result("auc-gap", kind="out-of-time", value=0.053, threshold=0.08, at_least=False)),
        "test_plans": (
            plan(planned(), planned("auc-gap", kind="out-of-time", metric="auc_gap", threshold=0.08, at_least=False)),
        ),
        "monitoring_plan": monitoring_plan(),
        "validations": (validation(),),
        "environment": "production",
        "use": "planning",
        "request": request(),
        "votes": (vote("alma"), vote("axel")),
    }
    return made(Evidence, defaults, changes)  # type: ignore[no-any-return]


def empty() -> Evidence:
    """Evidence with a model and a version, and no other fact."""
    return Evidence(
        model=model(alert_route="", runbook=""),
        version=version(
            artifact=Artifact(kind="none", digest=""),
            code=CodeState(),
            environment_digest=None,
            contributors=(),
            submitter="",
        ),
    )


def with_numbers(whole: Evidence, number: float) -> Evidence:
    """The same evidence, with `number` for every real number (a field of type float) in its rows."""
    rows = {name: value for name, value in whole if isinstance(value, tuple)}
    return whole.model_copy(update={name: tuple(_with_number(row, number) for row in rows[name]) for name in rows})


def _with_number(row: Frozen, number: float) -> Frozen:
    fields = type(row).model_fields.items()
    # A threshold is chosen by a person, not measured.
    real = [name for name, one in fields if one.annotation in (float, float | None) and name != "threshold"]
    return row.model_copy(update=dict.fromkeys(real, number))
