r"""A model in use that is to be retired, under the real baseline, with declared, silent and undeclared consumers.

model = model_to_retire(world)  version 1 serves; `gates` and `crew` are declared, `shadow-it` is only in the logs
model.acknowledge("gates")      record an answer at the world's time
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from data.records.approval import ApprovalRequest
from data.records.log import Standard
from data.records.model import Model
from data.records.person import Actor, Role
from data.records.retirement import Retirement, RetirementParty
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Judgement, Passed
from data.records.version import Version
from data.registry.commands.approval import Decide
from data.registry.commands.log import AdoptStandard
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.retirement import AcceptSilence, AnswerNotice
from data.registry.commands.version import RecordVerdicts
from data.registry.evidence import champion_of
from gates.standard import baseline_text, load_standard
from tasks.run.load_standards import in_force
from tests.operations import deploy
from tests.prediction_logs import days, write_predictions
from tests.world import MODEL, World

VERSION = f"{MODEL}/versions/1"
KEY = f"{VERSION}/retirement"


def under_baseline(world: World) -> None:
    """Adopt the baseline standard that modelward ships as version 2, so that flows find its rules."""
    text = baseline_text()
    standard = load_standard(text, "baseline")
    command = AdoptStandard(
        standard="baseline", version=2, title=standard.title, digest=world.artifacts.put(text.encode()),
        controls=len(standard.controls), proof=world.proof("adam"),
    )  # fmt: skip
    world.do(command, by="adam")


def approved_under_baseline(world: World, version: str = "") -> ApprovalRequest:
    """Have two people approve a version judged by the real baseline; return the request."""
    version = world.validated(version)
    with world.registry.reading() as state:
        standards = in_force(state.find(Standard), state.need(Model, MODEL))
        champion = champion_of(state, MODEL, "production")
    judged = RecordVerdicts(
        version=version, stage="approve", environment="production", standards=standards.keys,
        standards_digest=standards.digest, evidence_digest=world.digest(version),
        champion=champion.key if champion else None,
        judgements=(Judgement(control="c", gate="performance", criterion="auc", verdict=Passed(because="0.7")),),
    )  # fmt: skip
    verdicts = world.do(judged).row(VerdictSet).key
    request = world.requested(version, verdict_set=verdicts, standards_digest=standards.digest)
    world.decide(request, "alma")
    world.decide(request, "axel")
    return world.get(ApprovalRequest, request.key)


@dataclass
class RetiringModel:
    """The model with its world and its logs."""

    world: World

    @property
    def retirement(self) -> Retirement:
        """Return the retirement in its present state."""
        return self.world.get(Retirement, KEY)

    def party(self, system: str) -> RetirementParty:
        """Return the affected party of a system."""
        return self.world.get(RetirementParty, f"{KEY}/parties/{system}")

    def systems(self) -> list[str]:
        """Return the systems of all affected parties."""
        return [one.system for one in self.world.find(RetirementParty, retirement=KEY)]

    def log(self, first: date, number: int = 1, version: str = "1", consumer: str = "gates", rows: int = 10) -> None:
        """Log predictions of a version for a consumer over some days."""
        for offset in range(number):
            day = first + days(offset)
            write_predictions(self.world.home.logs(MODEL), day, rows, model_version=version, consumer=consumer)

    def run(self, by: str = "otto", run_id: str = "retire-1") -> RunContext:
        """Return the context of a run by a person at the world's time."""
        return RunContext(Actor(id=by), self.world.now, run_id)

    def acknowledge(self, system: str, answer: Any = "acknowledged") -> None:
        """Record the answer of a consumer."""
        self.world.do(AnswerNotice(key=KEY, system=system, answer=answer), by=system)

    def accept_silence(self, system: str) -> None:
        """Record that the risk acceptor accepts a consumer's silence."""
        proof = self.world.proof("rita")
        self.world.do(AcceptSilence(key=KEY, system=system, reason="notified twice", proof=proof), by="rita")

    def approve(self, person: str, role: Role, decision: Any = "approve") -> None:
        """Record a person's vote on the latest request."""
        request = self.world.find(ApprovalRequest, subject=KEY)[-1]
        command: Decide = self.world.decision(request, person, decision, role=role)
        self.world.do(command, by=person, run_id=request.run_id)


def model_to_retire(
    world: World, *, declared: tuple[str, ...] = ("gates", "crew"), serving: bool = True
) -> RetiringModel:
    """Return a model whose version 1 serves.

    In March `gates`, if declared, and the undeclared `shadow-it` use it; `crew` does not.
    """
    under_baseline(world)
    request = world.approved()
    if serving:
        deploy(world, request)
    assert world.get(Version, VERSION).number == 1
    for system in declared:
        command = DeclareConsumer(
            model=MODEL, system=system, owner="olga", contact=f"{system}@example.org", cadence_days=2
        )
        world.do(command, by="olga")
    model = RetiringModel(world)
    if declared:
        model.log(date(2013, 3, 1), 2)
        model.log(date(2013, 3, 3), 1, consumer="shadow-it")
    world.move(days=10)
    return model
