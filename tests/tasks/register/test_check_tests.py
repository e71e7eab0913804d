"""Names in tests.yaml: metric, dataset and slice must exist; each fault has its line and the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.submission.known_columns import KnownColumns
from data.text.yaml_text import read_yaml
from tasks.register.check_tests import check_tests
from tasks.register.read_submission import read_submission
from tests.submissions import write_filled
from tests.world import World

COLUMNS = frozenset({"temp", "carrier", "score"})
KNOWN = KnownColumns(features={"temp": "numeric"}, datasets={"training": COLUMNS, "held-out": COLUMNS})
FAULTS = {
    "a misspelt metric": ("{metric: auk, dataset: held-out}", "there is no metric auk → did you mean auc"),
    "a metric unlike any": (
        "{metric: zzz, dataset: held-out}",
        "there is no metric zzz → choose from: auc, brier, log_loss, calibration",
    ),
    "a misspelt dataset": (
        "{metric: auc, dataset: heldout}",
        "there is no dataset heldout → did you mean held-out?",
    ),
    "a gap on the training data": ("{metric: auc_gap, dataset: training}", "write `dataset: held-out`"),
    "a gap of a slice": ("{metric: auc_gap, dataset: held-out, slice: carrier=UA}", "remove `slice`"),
    "a spread without a column": ("{metric: auc_spread, dataset: held-out}", "write `slice: COLUMN`"),
    "a spread over one value": ("{metric: auc_spread, dataset: held-out, slice: carrier=UA}", "write `slice: COLUMN`"),
    "a slice without a value": ("{metric: auc, dataset: held-out, slice: carrier}", "write `slice: carrier=VALUE`"),
    "a slice by a misspelt column": (
        "{metric: auc, dataset: held-out, slice: carier=UA}",
        "the dataset has no column carier → did you mean carrier?",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_name_that_does_not_exist_is_refused_with_its_line(case: str) -> None:
    test, fault = FAULTS[case]
    with pytest.raises(SubmissionError) as refused:
        check_tests(read_yaml(f"tests:\n  - {test}\n", "tests.yaml"), KNOWN)
    assert refused.value.what.startswith("tests.yaml:2: ")
    assert fault in refused.value.what


@pytest.mark.parametrize(
    "text",
    [
        "tests: [{metric: auc, dataset: held-out}, {metric: brier, dataset: training, slice: carrier=UA}]",
        "tests: [{metric: auc_gap, dataset: held-out}, {metric: auc_spread, dataset: held-out, slice: carrier}]",
        "tests: [{}, {metric: null}, a]",
        "tests: a",
        "a: b",
    ],
)
def test_names_that_exist_and_other_faults_are_left_alone(text: str) -> None:
    check_tests(read_yaml(text, "tests.yaml"), KNOWN)


def test_a_column_is_not_refused_where_the_columns_are_not_known() -> None:
    text = "tests: [{metric: auc, dataset: held-out, slice: zz=1}]"
    check_tests(read_yaml(text, "tests.yaml"), KnownColumns(features={}, datasets={}))


def test_registration_reports_the_faults_of_both_plans_together(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    tests, monitoring = folder / "tests.yaml", folder / "monitoring.yaml"
    tests.write_text(tests.read_text().replace("metric: auc,", "metric: acu,"))
    monitoring.write_text(monitoring.read_text().replace("column: temp", "column: tempp"))
    with pytest.raises(SubmissionError) as refused:
        read_submission.fn(str(folder), "dev", tmp_path / "elsewhere")
    assert refused.value.what.splitlines() == [
        "tests.yaml:2: there is no metric acu → did you mean auc?",
        "monitoring.yaml:5: the model has no feature tempp → did you mean temp?",
    ]
