"""A validator concludes on the present evidence, independently, with their own code."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from data.errors import GateRefusedError, JournalError
from data.records.review import Validation, VerdictSet
from data.records.run_context import RunContext
from data.records.version import ReviewState, Version
from data.registry.commands.review import ConcludeValidation, OpenFinding
from data.registry.registry import Registry
from tasks.validate.conclude_validation import await_conclusion
from tasks.validate.judge_version import judge_version
from tests.judged_model import DEV, USE, V1, assessed_version
from tests.operations import Preparations
from tests.tasks.run import pause_stub
from tests.tasks.run.pause_stub import FormValues, PauseStub
from tests.world import Template, World


@pytest.fixture(scope="module")
def measured(found_judged: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    """The world with version 1 measured and judged."""
    return Preparations(found_judged, tmp_path_factory.mktemp("measured"), {"assessed": assessed_version})


@pytest.fixture
def judged(measured: Preparations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of that world; dev is the acting person."""
    monkeypatch.setenv("MODELWARD_ACTOR", "dev")
    return measured.template("assessed").copy(tmp_path / "home", monkeypatch)


@pytest.fixture
def verdicts(measured: Preparations) -> VerdictSet:
    """The verdict set of stage `assess` on version 1."""
    return cast("VerdictSet", measured.result("assessed"))


def says(world: World, who: str = "vera", *, seconds: int = 0, **changes: Any) -> FormValues:
    """Return a conclusion with the code that the person's phone shows some seconds from now."""
    values = {"person": who, "conclusion": "fit", "scope": "all", "limitations": "a year", "competence": "long"}
    return lambda: {**values, "code": world.phone(who).at(world.now + timedelta(seconds=seconds)), **changes}


def concluded(world: World, verdicts: VerdictSet) -> Version:
    """Wait for a conclusion as the flow does; changed evidence is judged again by the same task."""
    context = RunContext(DEV, world.now, "run-v")
    judge_again = lambda: judge_version.fn(V1, "assess", "production", USE, context)  # noqa: E731
    return await_conclusion(verdicts, 7, context, judge_again)


CONCLUSIONS = {
    "fit": ReviewState.VALIDATED,
    "fit with conditions": ReviewState.VALIDATED,
    "not fit": ReviewState.REJECTED,
}


@pytest.mark.parametrize(("conclusion", "state"), CONCLUSIONS.items())
def test_a_conclusion_changes_the_review_state(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch, conclusion: str, state: ReviewState
) -> None:
    stub = PauseStub(monkeypatch, says(judged, conclusion=conclusion, changes_caused="a new feature"))
    assert concluded(judged, verdicts).review_state is state
    (row,) = judged.find(Validation, version=V1)
    assert (row.validator, row.scope, row.changes_caused) == ("vera", "all", "a new feature")
    assert [(one.key, one.seconds) for one in stub.forms] == [("gate-validation-1", 7 * 86_400)]


REFUSED = {
    "the submitter": ("dev", {}, "dev submitted"),
    "a person without the role validator": ("axel", {}, "axel does not hold the role validator"),
    "a wrong code": ("vera", {"code": "000000"}, "is wrong"),
    "on other evidence": ("vera", {"evidence": "sha256:0"}, "changed after the validator read it"),
    "an empty scope": ("vera", {"scope": ""}, "do not fit the form"),
}


@pytest.mark.parametrize(("who", "changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_refused_conclusion_is_asked_again(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch, who: str, changes: Any, reason: str
) -> None:
    judged.grant("dev", "validator")
    stub = PauseStub(monkeypatch, says(judged, who, seconds=-30, **changes), says(judged))
    concluded(judged, verdicts)
    assert reason in stub.reasons[0]
    assert [one.validator for one in judged.find(Validation)] == ["vera"]


def test_a_concluded_version_opens_no_form(validated: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = PauseStub(monkeypatch)
    (verdicts,) = validated.find(VerdictSet)
    assert concluded(validated, verdicts) == validated.get(Version, V1)
    assert stub.forms == []


def open_finding(world: World) -> None:
    due = world.now + timedelta(days=9)
    values = {"title": "no wind", "text": "in March", "owner": "dev", "due_at": due}
    world.do(OpenFinding(version=V1, severity="low", **values), by="outsider")


def test_a_conclusion_covers_only_the_evidence_above_its_form(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found_meanwhile() -> dict[str, Any]:
        open_finding(judged)
        return says(judged, seconds=-30)()

    stub = PauseStub(monkeypatch, found_meanwhile, says(judged))
    concluded(judged, verdicts)
    assert "the evidence on ops/delay v1 changed after the validator read it" in stub.reasons[0]
    assert "finding 1, low, open" in stub.forms[1].description
    digests = [one.evidence_digest for one in judged.find(VerdictSet, version=V1)]
    assert len(set(digests)) == 2, "what changed was judged before it was put to her again"
    shown = ["".join(re.findall(r"`([^`]*)`", row)) for row in evidence_rows(stub)]
    assert shown == digests
    (row,) = judged.find(Validation)
    assert row.evidence_digest == digests[1]


def evidence_rows(stub: PauseStub) -> list[str]:
    return [line for one in stub.forms for line in one.description.splitlines() if line.startswith("| Evidence judged")]


def test_an_answer_without_the_evidence_digest_is_invalid(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pause_stub, "preselected", lambda schema: {})
    whole = {**says(judged)(), "evidence": verdicts.evidence_digest}
    stub = PauseStub(monkeypatch, says(judged), lambda: whole)
    concluded(judged, verdicts)
    assert "do not fit the form \\(Digest of the evidence: Field required\\)" in stub.reasons[0]


def test_evidence_that_no_longer_passes_ends_the_wait(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rejects() -> VerdictSet:
        raise GateRefusedError("a gate failed")

    open_finding(judged)
    PauseStub(monkeypatch)
    with pytest.raises(GateRefusedError):
        await_conclusion(verdicts, 7, RunContext(DEV, judged.now, "run-v"), rejects)


def test_a_conclusion_committed_despite_an_error_is_not_asked_again(
    judged: World, verdicts: VerdictSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = Registry.execute

    def full(registry: Registry, command: Any, *values: Any, **more: Any) -> Any:
        receipt = execute(registry, command, *values, **more)
        if isinstance(command, ConcludeValidation):
            raise JournalError("no space left")
        return receipt

    monkeypatch.setattr(Registry, "execute", full)
    stub = PauseStub(monkeypatch, says(judged))
    assert concluded(judged, verdicts).review_state is ReviewState.VALIDATED
    assert len(stub.forms) == 1
