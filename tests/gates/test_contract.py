"""Every gate of the catalogue keeps the contract. A gate that is added to the catalogue is covered automatically."""

from __future__ import annotations

import copy
import importlib
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
WHOLE = rows.evidence(
    champion=rows.version(key=f"{rows.MODEL}/versions/1", number=1),
    comparisons=(rows.comparison(),),
    findings=(rows.finding(state="closed", closed_by="vera"),),
    waivers=(rows.waiver(),),
)
EVERY_GATE = pytest.mark.parametrize("name", sorted(GATES))
LIMITS = [
    (name, field)
    for name, gate in sorted(GATES.items())
    for field, info in gate.parameters_type.model_fields.items()
    if info.annotation is float
]
"""Gate and parameter of every limit that is a real number."""


def parameters(name: str) -> dict[str, Any]:
    """The parameters of a gate in the first control of the baseline that uses it, for a new version of tier 2."""
    control = next(one for one in BASELINE.controls if one.gate == name)
    given: dict[str, Any] = {**control.parameters_for(2, "new")}
    if "approvals" in GATES[name].parameters_type.model_fields:
        given["approvals"] = BASELINE.approvals
    return given


def judged(name: str, evidence: Any = WHOLE) -> Any:
    return rows.judged(name, evidence, **parameters(name))


def by_criterion(judgements: Any) -> dict[str, Any]:
    return {one.criterion: one for one in judgements}


def criteria_on_numbers(name: str) -> set[str]:
    """The criteria of a gate whose judgement changes when the measured numbers change."""
    whole = by_criterion(judged(name))
    changed = [by_criterion(judged(name, rows.with_numbers(WHOLE, number))) for number in (rows.NAN, -1e9, 1e9)]
    return {text for found in changed for text, judgement in found.items() if judgement != whole.get(text)}


def shuffled(evidence: Any) -> Any:
    lists = {name: list(value) for name, value in evidence if isinstance(value, tuple)}
    for values in lists.values():
        random.Random(7).shuffle(values)
    return evidence.model_copy(update={name: tuple(reversed(values)) for name, values in lists.items()})


def modules() -> dict[str, Any]:
    """The modules of `gates/` by name."""
    stems = [path.stem for path in Path(gates.__path__[0]).glob("*.py") if path.stem != "__init__"]
    return {stem: importlib.import_module(f"gates.{stem}") for stem in stems}


def test_every_module_that_defines_a_gate_is_in_the_catalogue() -> None:
    assert {name for name, module in modules().items() if hasattr(module, "GATE")} == set(GATES)


def test_a_docstring_begins_with_gate_exactly_when_the_module_defines_one() -> None:
    assert {name for name, module in modules().items() if str(module.__doc__).startswith("Gate: ")} == set(GATES)
    assert all(
        str(module.__doc__).startswith(("Gate: ", "Not a gate: ", "Part of", "Parts of", "The "))
        for module in modules().values()
    )


@EVERY_GATE
def test_equal_evidence_is_judged_equally(name: str) -> None:
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
def test_empty_evidence_passes_only_where_the_gate_states_an_absence_reason(name: str) -> None:
    passed = [one for one in judged(name, rows.empty()) if isinstance(one.verdict, Passed)]
    assert not passed or GATES[name].absence


def test_the_gates_that_state_an_absence_reason() -> None:
    assert {name for name, gate in GATES.items() if gate.absence} == {"findings", "waivers"}


@EVERY_GATE
def test_a_criterion_on_a_nan_is_not_passed_and_records_no_number(name: str) -> None:
    found = by_criterion(judged(name, rows.with_numbers(WHOLE, rows.NAN)))
    on_numbers = [found[text] for text in criteria_on_numbers(name) & set(found)]
    assert not [one for one in on_numbers if isinstance(one.verdict, Passed)]
    assert all(one.measured is None for one in on_numbers)


def test_the_gates_on_measured_numbers_are_recognised() -> None:
    known = {"champion_comparison", "generalisation_gap", "performance", "stability", "testing"}
    assert known <= {name for name in GATES if criteria_on_numbers(name)}


@EVERY_GATE
def test_a_judgement_has_control_and_gate_and_each_criterion_occurs_once(name: str) -> None:
    found = judged(name)
    assert {(one.control, one.gate) for one in found} == {("TST-1", name)}
    assert len({one.criterion for one in found}) == len(found)


@EVERY_GATE
def test_a_verdict_that_is_not_passed_has_a_reason_and_a_remedy(name: str) -> None:
    spoilt = rows.empty().model_copy(update={"findings": (rows.finding(),), "waivers": (rows.waiver(approver="dana"),)})
    not_passed = [one.verdict for one in judged(name, spoilt) if not isinstance(one.verdict, Passed)]
    assert not_passed
    for verdict in not_passed:
        why = verdict.reason if isinstance(verdict, Failed) else verdict.missing
        assert len(why) > 5
        assert len(verdict.remedy.split()) >= 3


@EVERY_GATE
def test_the_docstrings_of_module_and_rule_name_a_source(name: str) -> None:
    rule = GATES[name].rule
    assert "Source:" in str(sys.modules[rule.__module__].__doc__)
    assert "Source:" in str(rule.__doc__)


@EVERY_GATE
def test_parameters_are_frozen_and_refuse_unknown_fields(name: str) -> None:
    kind = GATES[name].parameters_type
    assert issubclass(kind, Frozen)
    assert kind.model_config["extra"] == "forbid"


@pytest.mark.parametrize("value", ["nan", "inf", rows.NAN, float("inf"), -0.1], ids=repr)
@pytest.mark.parametrize("name, field", LIMITS)
def test_a_limit_that_is_not_finite_or_negative_is_refused(name: str, field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        rows.judged(name, WHOLE, **{**parameters(name), field: value})


def test_a_gate_without_criteria_is_unproven() -> None:
    gate: Gate[Frozen] = Gate("nothing", Frozen, lambda parameters, evidence, now: [])
    (only,) = gate.judge(Frozen(), "NIL-1", WHOLE, rows.NOW)
    assert isinstance(only.verdict, Unproven)
    assert (only.control, only.gate) == ("NIL-1", "nothing")


def test_a_number_that_is_not_finite_is_recorded_as_none() -> None:
    def rule(*_: object) -> list[Criterion]:
        return [Criterion("c", Passed(because="x"), rows.NAN, float("inf"), ("e",))]

    (only,) = Gate("g", Frozen, rule).judge(Frozen(), "NIL-1", WHOLE, rows.NOW)
    assert (only.measured, only.limit, only.evidence) == (None, None, ("e",))
    assert finite(0.5) == 0.5
