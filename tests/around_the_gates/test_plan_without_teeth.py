"""Around the gates: plans that cannot find anything, and planned tests that never have a value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.gate_attempts import attempt
from tests.submissions import rows, write_filled, write_rows
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_plan_that_watches_only_the_ranking_is_refused(world: World, folder: Path) -> None:
    change(folder / "monitoring.yaml", "statistic: psi, column: temp,", "statistic: auc, column: score,")
    read = attempt(world, folder)["MON-1"]
    assert "| **failed** | MON-1 | monitoring_plan: rules on the inputs |" in read
    assert "monitoring plan 1 has no rule on an input that can exceed its margin; it is about auc:score" in read


def test_a_rule_on_an_input_that_can_never_exceed_its_margin_is_refused(world: World, folder: Path) -> None:
    change(folder / "monitoring.yaml", "psi, column: temp, margin: 0.2", "ks, column: temp, margin: 1")
    assert "no rule on an input that can exceed its margin; it is about ks:temp" in attempt(world, folder)["MON-1"]


def test_a_plan_with_a_rule_on_an_input_passes(world: World, folder: Path) -> None:
    assert "1 of 2 inputs have a rule: temp" in attempt(world, folder)["MON-1"]


def test_a_planned_test_of_a_slice_without_rows_does_not_count(world: World, folder: Path) -> None:
    gap, slice_ = "metric: auc_gap, dataset: held-out", "metric: auc, dataset: held-out, slice: carrier=ZZ"
    change(folder / "tests.yaml", gap, slice_)
    read = attempt(world, folder)["TST-1"]
    assert "a value of auc on held-out for carrier=ZZ: no held-out row has it" in read
    assert "the tests with a result are of 1 kind; at least 2 are needed" in read


def test_tests_and_rules_on_data_with_one_label_do_not_count(world: World, folder: Path) -> None:
    later = rows(day="2013-03-01", seed=2)
    write_rows(folder / "data" / "held_out.parquet", {**later, "label": np.ones(600, dtype=np.int8)})
    path = folder / "monitoring.yaml"
    path.write_text(path.read_text() + "  - {statistic: auc, column: score, margin: 0.1, rationale: floor}\n")
    read = attempt(world, folder)
    assert "a value of auc on held-out (only one class among the labels)" in read["TST-1"]
    assert "| **unproven** | MON-1 | monitoring_plan: rule auc:score |" in read["MON-1"]
