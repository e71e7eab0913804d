"""The test world: a replay registry with a person in every role, a clock that tests move, and one-time codes.

    def test_something(world: World) -> None:
        version = world.validated()                       # registered, measured, assessed and validated
        world.move(days=3)
        request = world.requested(version)                # a pending request for two approvers
        world.decide(request, "alma")                     # alma approves with a one-time code
        world.do(SomeCommand(...), by="dev")              # any command, at the time world.now

People: adam and ada (administrators), dev (developer), olga (owner), vera (validator), alma and axel (approvers),
otto (operator), rita (risk acceptor), outsider (enrolled, without a role). Roles hold for every team, tier and
environment. The world is created once for a test session and copied for each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.files.artifacts import ArtifactStore
from data.records.approval import ApprovalRequest, RequiredRole
from data.records.evidence import sha256_of
from data.records.model import AppliedStandard, ColumnMapping, Feature, PlannedTest
from data.records.person import Actor, Role
from data.records.review import VerdictSet
from data.records.verdict import Judgement, Passed
from data.records.version import Artifact, Change, ChangeClass, CodeState, Metric, TestResult, Version
from data.registry.commands.approval import Decide, RequestApproval
from data.registry.commands.log import AdoptStandard
from data.registry.commands.model import RecordMonitoringPlan, RecordTestPlan, RegisterModel
from data.registry.commands.person import AddPerson
from data.registry.commands.review import ConcludeValidation
from data.registry.commands.version import (
    RecordEvidence,
    RecordVerdicts,
    RegisterVersion,
    SubmittedDataset,
    SubmittedSection,
)
from data.registry.enrolment import enrol
from data.registry.evidence import collect_evidence
from data.registry.registry import Receipt
from data.registry.row_index import RowIndex
from tests.replay import Replay

FOUNDED_AT = datetime(2013, 3, 1, 9, 0, tzinfo=UTC)
MODEL = "models/ops/delay"
PEOPLE: dict[str, Role | None] = {
    "adam": Role.ADMINISTRATOR,
    "ada": Role.ADMINISTRATOR,
    "dev": Role.DEVELOPER,
    "olga": Role.OWNER,
    "vera": Role.VALIDATOR,
    "alma": Role.APPROVER,
    "axel": Role.APPROVER,
    "otto": Role.OPERATOR,
    "rita": Role.RISK_ACCEPTOR,
    "outsider": None,
}
STANDARDS_DIGEST = sha256_of(["baseline", 1])


class World(Replay):
    """A replay registry with people, and the steps from a new version to its approval.

    A step takes the key of the version that the step before returned; without a key it does the earlier steps first.
    """

    def digest(self, version: str) -> str:
        """Return the digest of the present evidence on a version."""
        with self.registry.reading() as state:
            return collect_evidence(state, version).digest

    def model(self, key: str = MODEL, **changes: Any) -> str:
        """Register a model of tier 2 with a test plan and a monitoring plan; return its key."""
        _, team, name = key.split("/", 2)
        fields: dict[str, Any] = {
            "owner": "olga",
            "purpose": f"say whether {name} happens for {team}",
            "intended_uses": ("planning",),
            "tier": 2,
            "tier_factors": {"impact": 2},
            "tier_rationale": "wrong answers cost hours, not money",
            "standards": (AppliedStandard(standard="baseline", rationale="applies to every model"),),
            "columns": ColumnMapping(features=(Feature(name="distance", kind="numeric"),)),
        }
        self.do(RegisterModel(model=key, **{**fields, **changes}))
        test = PlannedTest(
            name="auc-held-out",
            kind="out-of-sample",
            metric="auc",
            dataset="held-out",
            threshold=0.6,
            rationale="known",
        )
        self.do(RecordTestPlan(model=key, tests=(test,)))
        rule = {"statistic": "psi", "column": "distance", "limit": 0.2}
        self.do(RecordMonitoringPlan(model=key, rules=(rule,), rationale="what moved before"))
        return key

    def version(self, model: str = MODEL, by: str = "dev", **changes: Any) -> str:
        """Register a version with its artifact, and its model if that does not exist; return the version's key."""
        with self.registry.reading() as state:
            known = len(state.find(Version, model=model))
        if known == 0:
            self.model(model)
        content = f"artifact {known + 1} of {model}".encode()
        fields: dict[str, Any] = {
            "artifact": Artifact(
                kind="file", digest=self.artifacts.put(content), size=len(content), file_name="model.bin"
            ),
            "code": CodeState(commit="4f2a" * 10, dirty=False),
            "environment_digest": self.artifacts.put(b"numpy==2.3"),
            "configuration": {"trees": 200},
            "contributors": ("dev",),
            "submitter": by,
            "change": Change(change_class=ChangeClass.NEW, what="a first model", why="there was none"),
            "submission_digest": ArtifactStore(self.home.inbox).put(f"submission {known + 1} of {model}".encode()),
            "reference_digest": None,
            "provenance": {"code": "derived"},
            "datasets": tuple(_dataset(role) for role in ("training", "held-out")),
            "sections": (_section("purpose", self.artifacts.put(b"what the model is for")),),
        }
        return self.do(RegisterVersion(model=model, **{**fields, **changes}), by=by).subject

    def measured(self, version: str = "", auc: float = 0.7) -> str:
        """Record one metric and one test result on a version; return its key."""
        version = version or self.version()
        fields: dict[str, Any] = {"value": auc, "low": auc - 0.02, "high": auc + 0.02, "produced_by": "modelward"}
        key = f"{version}/metrics/auc/held-out"
        fields["evidence_digest"] = self.artifacts.put(f"auc {auc} of {version}".encode())
        metric = Metric(
            key=key, version=version, name="auc", dataset="held-out", rows=5_000, days=20,
            measured_at=self.now, **fields,
        )  # fmt: skip
        test = TestResult(
            key=f"{version}/tests/auc-held-out", version=version, name="auc-held-out", kind="out-of-sample",
            threshold=0.6, at_least=True, threshold_set_at=FOUNDED_AT, run_at=self.now, **fields,
        )  # fmt: skip
        self.do(RecordEvidence(version=version, metrics=(metric,), tests=(test,)))
        return version

    def judge(
        self, version: str, stage: str = "approve", *judgements: Judgement, environment: str = "production"
    ) -> str:
        """Record a verdict set on the present evidence, with one passed verdict by default; return its key."""
        passed = Judgement(control="performance", gate="performance", criterion="auc", verdict=Passed(because="0.7"))
        with self.registry.reading() as state:
            champion = collect_evidence(state, version, environment).champion
        command = RecordVerdicts(
            version=version, stage=stage, environment=environment, standards=("baseline@1",),
            standards_digest=STANDARDS_DIGEST, evidence_digest=self.digest(version), judgements=judgements or (passed,),
            champion=champion.key if champion else None,
        )  # fmt: skip
        return self.do(command).row(VerdictSet).key

    def assessed(self, version: str = "") -> str:
        """Measure a version and record a passed verdict set of stage `assess`; return the version's key."""
        version = self.measured(version)
        self.judge(version, "assess")
        return version

    def validated(self, version: str = "", by: str = "vera", conclusion: str = "fit") -> str:
        """Assess a version and conclude its validation; return its key."""
        version = self.assessed(version)
        command = ConcludeValidation(
            version=version, conclusion=conclusion, scope="all of it", limitations="one year", competence="ten years",
            evidence_digest=self.digest(version), proof=self.proof(by),
        )  # fmt: skip
        self.do(command, by=by)
        return version

    def requested(self, version: str = "", approvers: int = 2, by: str = "dev", **changes: Any) -> ApprovalRequest:
        """Open an approval request on a validated version, which is judged first; the request expires after a week."""
        version = version or self.validated()
        environment = changes.get("environment", "production")
        fields: dict[str, Any] = {
            "about": version,
            "environment": environment,
            "use": "planning",
            "required": (RequiredRole(role=Role.APPROVER, count=approvers),),
            "tier": 2,
            "change_class": "new",
            "evidence_digest": self.digest(version),
            "standards_digest": STANDARDS_DIGEST,
            "artifact_digest": self.get(Version, version).artifact.digest,
            "verdict_set": changes.get("verdict_set") or self.judge(version, "approve", environment=environment),
            "expires_at": self.now + timedelta(days=7),
            "approval_days": 90,
        }
        receipt = self.do(RequestApproval(**{**fields, **changes}), by=by)
        return receipt.row(ApprovalRequest)

    def decide(self, request: ApprovalRequest, person: str, decision: str = "approve", **changes: Any) -> Receipt:
        """Record a person's vote on a request, with a new one-time code."""
        run_id = changes.pop("run_id", request.run_id)
        return self.do(self.decision(request, person, decision, run_id=run_id, **changes), by=person, run_id=run_id)

    def decision(self, request: ApprovalRequest, person: str, decision: str = "approve", **changes: Any) -> Decide:
        """Return the command of a person's vote, without giving it."""
        fields: dict[str, Any] = {
            "key": request.key,
            "run_id": request.run_id,
            "decision": decision,
            "role": Role.APPROVER,
            "meaning": "I reviewed the evidence and approve the use named",
            "confirmed": request.request_digest[-8:],
            "evidence_digest": request.evidence_digest,
            "standards_digest": request.standards_digest,
            "artifact_digest": request.artifact_digest,
        }
        proof = changes.pop("proof", None) or self.proof(person)
        return Decide(proof=proof, **{**fields, **changes})

    def approved(self, version: str = "", environment: str = "production") -> ApprovalRequest:
        """Have a version approved by two people for an environment; return the approved request."""
        request = self.requested(version, environment=environment)
        self.decide(request, "alma")
        self.decide(request, "axel")
        return self.get(ApprovalRequest, request.key)


def _dataset(role: Any) -> SubmittedDataset:
    return SubmittedDataset(
        role=role, kind="content", identity=sha256_of(role), rows=20_000, columns={"distance": "double"},
        quality="passed", quality_rows_floor=1_000, quality_expectations=3,
    )  # fmt: skip


def _section(name: str, text_digest: str) -> SubmittedSection:
    fields: dict[str, Any] = {"describes": "nothing", "described_digest": None, "current_digest": None}
    return SubmittedSection(name=name, text_digest=text_digest, words=200, **fields)


def found_world(root: Path) -> World:
    """Create a world: the registry, two administrators, the other people, and one adopted standard."""
    world = World(root, FOUNDED_AT)
    world.registry.create(origin="tests.example", clock="replay")
    with world.registry.store.session():
        for person, role in PEOPLE.items():
            founder = role is Role.ADMINISTRATOR
            command = AddPerson(person=person, printed_name=person.title(), email=f"{person}@example.org")
            world.do(command if founder else command.model_copy(update={"proof": world.proof("adam")}), by="adam")
            proof = None if founder else world.proof("adam")
            enrol(world.registry, person, Actor(id="adam"), proof, world.now)
            if role is not None and not founder:
                world.grant(person, role)
        text = b"id: baseline\nversion: 1\n"
        standard = AdoptStandard(
            standard="baseline", version=1, title="Baseline", digest=world.artifacts.put(text), controls=1,
            proof=world.proof("adam"),
        )  # fmt: skip
        world.do(standard, by="adam")
    return world


@dataclass(frozen=True)
class Template:
    """The folder of a world that tests copy and never change, and the time of its clock."""

    root: Path
    now: datetime

    def copy(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> World:
        """Copy the world to `root` and set MODELWARD_HOME to it; return the copy, one minute later."""
        shutil.copytree(self.root, root)
        monkeypatch.setenv("MODELWARD_HOME", str(root))
        return World(root, self.now + timedelta(minutes=1))


WorldAction = Callable[[World], object]
"""What a test does in a world: a command, an attack or a preparation."""


@pytest.fixture
def rows_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands accept rows that the test edits itself to reach a state; they are refused otherwise."""
    monkeypatch.setattr(RowIndex, "differing", lambda *_: [])


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after `found_world`, to be copied."""
    root = tmp_path_factory.mktemp("founded") / "home"
    return Template(root, found_world(root).now)


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the world for one test; MODELWARD_HOME is set to it."""
    return founded.copy(tmp_path / "home", monkeypatch)
