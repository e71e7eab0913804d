"""What every gate promises, checked on each one there is."""

from __future__ import annotations

import copy
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import gates
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven
from gates.catalogue import GATES
from gates.contract import Criterion, Gate, finite
from gates.standard import baseline_text, load_standard
from tests.gates import rows

BASELINE = load_standard(baseline_text(), "baseline.yaml")
# Everything a gate needs to be asked at all; what a standard would give it.
ASKED: dict[str, dict[str, Any]] = {
    "champion_comparison": {"metrics": ["auc"]},
    "documentation": {"sections": ["purpose"]},
    "generalisation_gap": {"limit": 0.08},
    "sign_off": {"approvals": BASELINE.approvals},
    "stability": {"limit": 0.15},
    "waivers": {"maximum_days": 90},
}
WHOLE = rows.evidence(
    champion=rows.version(key=f"{rows.MODEL}/versions/1", number=1),
    comparisons=(rows.comparison(),),
    findings=(rows.finding(state="closed", closed_by="vera"),),
    waivers=(rows.waiver(),),
)
EVERY_GATE = pytest.mark.parametrize("name", sorted(GATES))


def judged(name: str, evidence: Any = WHOLE) -> Any:
    return rows.judged(name, evidence, **ASKED.get(name, {}))


def shuffled(evidence: Any) -> Any:
    lists = {name: list(value) for name, value in evidence if isinstance(value, tuple)}
    for values in lists.values():
        random.Random(7).shuffle(values)
    return evidence.model_copy(update={name: tuple(reversed(values)) for name, values in lists.items()})


def source_of(name: str) -> str:
    module = sys.modules[GATES[name].rule.__module__]
    return f"{module.__doc__} {GATES[name].rule.__doc__}"


def test_every_gate_file_is_in_the_catalogue() -> None:
    folder = Path(gates.__path__[0])
    files = {path.stem for path in folder.glob("*.py") if "\nGATE: Gate[" in path.read_text(encoding="utf-8")}
    assert files == set(GATES)


@EVERY_GATE
def test_the_same_evidence_gets_the_same_judgement(name: str) -> None:
    assert judged(name) == judged(name)


@EVERY_GATE
def test_good_evidence_passes(name: str) -> None:
    assert set(rows.outcomes(judged(name)).values()) == {"passed"}


@EVERY_GATE
def test_evidence_is_not_changed(name: str) -> None:
    before = copy.deepcopy(WHOLE)
    judged(name)
    assert before == WHOLE


@EVERY_GATE
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    assert sorted(judged(name), key=str) == sorted(judged(name, shuffled(WHOLE)), key=str)


@EVERY_GATE
def test_no_evidence_never_passes_unless_the_gate_says_why(name: str) -> None:
    passed = [one for one in judged(name, rows.empty()) if isinstance(one.verdict, Passed)]
    assert not passed or GATES[name].absence


def test_absence_is_a_pass_for_two_gates_only() -> None:
    assert {name for name, gate in GATES.items() if gate.absence} == {"findings", "waivers"}


@pytest.mark.parametrize("name", ["champion_comparison", "generalisation_gap", "performance", "stability", "testing"])
def test_a_nan_never_passes(name: str) -> None:
    found = judged(name, rows.with_nan(WHOLE))
    assert not [
        one
        for one in found
        if isinstance(one.verdict, Passed) and one.limit is not None and "kind" not in one.criterion
    ]
    assert all(one.measured is None for one in found if "kind" not in one.criterion)


@EVERY_GATE
def test_a_judgement_names_control_gate_and_criterion_once(name: str) -> None:
    found = judged(name)
    assert {(one.control, one.gate) for one in found} == {("TST-1", name)}
    assert len({one.criterion for one in found}) == len(found)


@EVERY_GATE
def test_what_does_not_pass_says_why_and_what_to_do(name: str) -> None:
    spoilt = rows.empty().model_copy(update={"findings": (rows.finding(),), "waivers": (rows.waiver(approver="dana"),)})
    not_passed = [one.verdict for one in judged(name, spoilt) if not isinstance(one.verdict, Passed)]
    assert not_passed
    for verdict in not_passed:
        why = verdict.reason if isinstance(verdict, Failed) else verdict.missing
        assert len(why) > 5
        assert len(verdict.remedy.split()) >= 3


@EVERY_GATE
def test_the_docstrings_name_a_source(name: str) -> None:
    assert source_of(name).count("Source:") == 2


@EVERY_GATE
def test_parameters_are_frozen_and_refuse_what_they_do_not_know(name: str) -> None:
    kind = GATES[name].parameters_type
    assert issubclass(kind, Frozen)
    assert kind.model_config["extra"] == "forbid"


@pytest.mark.parametrize("limit", ["nan", "inf", rows.NAN, float("inf"), -0.1], ids=repr)
@pytest.mark.parametrize(
    "name, number", [("champion_comparison", "margin"), ("generalisation_gap", "limit"), ("stability", "limit")]
)
def test_a_limit_that_everything_would_meet_is_refused(name: str, number: str, limit: Any) -> None:
    with pytest.raises(ValidationError):
        rows.judged(name, WHOLE, **{**ASKED[name], number: limit})


def test_a_gate_that_finds_nothing_to_judge_is_unproven() -> None:
    gate: Gate[Frozen] = Gate("nothing", Frozen, lambda parameters, evidence, now: [])
    (only,) = gate.judge(Frozen(), "NIL-1", WHOLE, rows.NOW)
    assert isinstance(only.verdict, Unproven)
    assert (only.control, only.gate) == ("NIL-1", "nothing")


def test_a_number_that_is_not_finite_is_left_out_of_the_record() -> None:
    def rule(*_: object) -> list[Criterion]:
        return [Criterion("c", Passed(because="x"), rows.NAN, float("inf"), ("e",))]

    (only,) = Gate("g", Frozen, rule).judge(Frozen(), "NIL-1", WHOLE, rows.NOW)
    assert (only.measured, only.limit, only.evidence) == (None, None, ("e",))
    assert finite(0.5) == 0.5
