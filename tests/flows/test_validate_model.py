"""Tests of the flow validate_model on a real Prefect server: gates judge, then an independent validator concludes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.exceptions import FailedRun

from data.errors import GateRefusedError, RequestClosedError
from data.records.review import Finding, Validation, VerdictSet
from data.records.version import Metric, ReviewState, Section, Version
from data.registry.commands.review import AnswerFinding, CloseFinding, OpenFinding
from flows.validate_model import validate_model
from tasks.run import await_people
from tests.flows.answers import after, concludes, conclusion, earlier_code
from tests.flows.form_responder import FormStep, OpenForm, answering_forms
from tests.flows.prefect_artifacts import newest_artifact
from tests.flows.run_graph import compare_graph
from tests.judged_model import USE, V1, adopt, next_version, standard_text
from tests.preselected import preselected
from tests.submissions import rows, write_filled, write_rows
from tests.world import World


@pytest.fixture(autouse=True)
def poll_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a paused flow ask the server ten times a second whether it may continue."""
    monkeypatch.setattr(await_people, "POLL_SECONDS", 0.1)


def validate(world: World, version: str = V1) -> str:
    return validate_model(version, use=USE, as_of=world.now)


def test_a_version_is_measured_judged_and_concluded_on(judged: World) -> None:
    with answering_forms(concludes(judged)) as forms:
        assert validate(judged) == "validated"
    (verdicts,) = judged.find(VerdictSet, version=V1)
    assert (verdicts.stage, verdicts.cleared, verdicts.environment) == ("assess", True, "production")
    (concluded,) = judged.find(Validation, version=V1)
    assert (concluded.validator, concluded.conclusion) == ("vera", "fit")
    assert {one.dataset for one in judged.find(Metric, version=V1, name="auc")} == {"training", "held-out"}
    (section,) = judged.find(Section, version=V1, name="performance")
    assert b"| auc | held-out | all | 0.8" in judged.artifacts.read(section.text_digest)
    assert forms[0].description.startswith("### Is ops/delay v1 fit for its purpose?")
    assert "| Can conclude now | vera |" in forms[0].description
    assert "| passed | PERFORMANCE-1 | performance: auc on held-out |" in forms[0].description
    assert "| auc | 0.8" in forms[0].description
    assert "**All 3 criteria passed.**" in newest_artifact("gates-assess-ops-delay")
    performance = newest_artifact("performance-ops-delay")
    assert performance.startswith("### Performance of ops/delay v1\n")
    assert "| auc | 0.8" in performance
    steps = compare_graph("validate_model", "concluded")
    assert "judge 3 criteria: 3 passed" in steps
    assert steps[-1] == "record answer 1: fit by vera, version validated"


def inject_conclusion(world: World, **changes: str) -> FormStep:
    """Write the whole answer directly to the server, without the form."""
    return lambda form: form.inject(json.dumps({**preselected(form.schema), **conclusion(world, **changes)}))


ATTACKS: Mapping[str, tuple[Callable[[World], FormStep], str]] = {
    "the submitter": (lambda w: concludes(w, "dev"), "dev submitted ops/delay v1"),
    "an author of its code in Git": (lambda w: concludes(w, "otto"), "otto worked on ops/delay v1"),
    "a person without the role validator": (lambda w: concludes(w, "alma"), "alma does not hold the role validator"),
    "a wrong code": (lambda w: concludes(w, code="000000"), "the one-time code of vera is wrong"),
    "a run forced on without an answer": (lambda w: OpenForm.force, "do not fit the form"),
    "a conclusion written without the form": (
        lambda w: inject_conclusion(w, code="000000"),
        "the one-time code of vera is wrong",
    ),
    "a conclusion on unknown evidence": (
        lambda w: inject_conclusion(w, evidence="sha256:" + "0" * 64, code=earlier_code(w, "vera")),
        "changed after the validator read it",
    ),
    "a conclusion without the evidence digest": (
        lambda w: lambda form: form.inject(json.dumps(conclusion(w))),
        "Digest of the evidence: Field required",
    ),
    "a conclusion that the form does not offer": (
        lambda w: inject_conclusion(w, conclusion="splendid"),
        "do not fit the form",
    ),
}


@pytest.mark.long
def test_no_attack_on_a_waiting_validation_concludes_it(judged: World) -> None:
    for person in ("dev", "otto"):
        judged.grant(person, "validator")
    with answering_forms(*(make(judged) for make, _ in ATTACKS.values()), concludes(judged)) as forms:
        assert validate(judged) == "validated"
    for (attack, (_, reason)), form in zip(ATTACKS.items(), forms[1:], strict=True):
        assert reason in form.description.splitlines()[0], attack
    assert [one.validator for one in judged.find(Validation)] == ["vera"]
    assert len(judged.events("command.refused")) == len(ATTACKS)


@pytest.mark.long
def test_a_finding_raised_while_the_run_waits_is_settled_and_read(judged: World) -> None:
    def settle() -> None:
        due = judged.now + timedelta(days=9)
        values = {"title": "pressure | is <missing>", "text": "in bad weather", "owner": "dev", "due_at": due}
        key = judged.do(OpenFinding(version=V1, severity="high", **values), by="vera").subject
        judged.do(AnswerFinding(key=key, answer="trees send it down a branch"), by="dev")
        judged.do(CloseFinding(key=key, proof=judged.proof("vera")), by="vera")
        judged.move(seconds=30)
        adopt(judged, standard_text(version=9, id="other"))

    with answering_forms(after(settle, concludes(judged, code="000000")), concludes(judged)) as forms:
        assert validate(judged) == "validated"
    assert [one.state for one in judged.find(Finding)] == ["closed"]
    assert r"- finding 1, high, closed by vera: “pressure \| is &lt;missing&gt;”" in forms[1].description


def test_a_validator_who_finds_it_unfit_rejects_it(judged: World) -> None:
    with answering_forms(concludes(judged, code="000000"), OpenForm.force, concludes(judged, conclusion="not fit")):
        assert validate(judged) == "rejected"
    assert judged.get(Version, V1).review_state is ReviewState.REJECTED
    steps = compare_graph("validate_model", "a wrong code, a form without an answer, then a conclusion")
    wrong, unfit, concluded = [name for name in steps if re.match(r"(refuse|record) answer", name)]
    assert wrong.startswith("refuse answer 1: the one-time code of vera is wrong")
    assert unfit.startswith("refuse answer 2: the entered values do not fit the form (Conclusion: Field required")
    assert concluded == "record answer 3: not fit by vera, version rejected"


def test_a_version_that_fails_its_gates_is_rejected_and_nobody_is_asked(judged: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission", "ops/delay")
    guesses = rows(day="2013-03-01")
    write_rows(folder / "data" / "held_out.parquet", {**guesses, "score": 1.0 - guesses["score"]})
    version = next_version(judged, folder)
    with answering_forms(), pytest.raises(GateRefusedError, match="PERFORMANCE-1") as refused:
        validate(judged, version)
    row = judged.get(Version, version)
    assert row.review_state is ReviewState.REJECTED
    assert row.state_reason in refused.value.what
    assert judged.events()[-1]["type"] == "version.rejected"
    assert "1 failed" in compare_graph("validate_model", "a gate failed")[-2]


def test_without_a_required_validator_the_version_stays_assessed(judged: World) -> None:
    controls = [one for one in json.loads(standard_text())["controls"] if one["gate"] != "validation"]
    adopt(judged, standard_text(version=3, controls=controls))
    with answering_forms():
        assert validate(judged) == "assessed"
    compare_graph("validate_model", "no validator is asked")


def test_a_validation_without_a_conclusion_in_time_ends_the_run(judged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(await_people, "LONGEST_WAIT_SECONDS", 1)
    with pytest.raises((RequestClosedError, FailedRun), match=r"nobody answered|never resumed"):
        validate(judged)
    assert judged.get(Version, V1).review_state is ReviewState.ASSESSED
