"""A packed submission is read, and its watch rules are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.submission.known_columns import KnownColumns
from data.text.yaml_text import read_yaml
from tasks.register.check_rules import check_rules
from tasks.register.pack_submission import pack_submission
from tasks.register.read_submission import read_submission
from tests.submissions import replace_line, write_filled
from tests.world import World


def test_a_folder_is_packed_and_read_elsewhere(world: World, tmp_path: Path) -> None:
    digest = pack_submission(str(write_filled(tmp_path / "submission")), "dev")
    found = read_submission.fn(digest, "dev", tmp_path / "elsewhere")
    assert (found.digest, found.folder, found.provenance.submitter) == (digest, tmp_path / "elsewhere", "dev")
    assert pack_submission(digest, "dev") == digest


def test_faulty_rules_are_reported_with_all_other_faults(world: World, tmp_path: Path) -> None:
    folder = write_filled(tmp_path / "submission")
    replace_line(folder / "monitoring.yaml", "  - {statistic", "  - {statistic: guess, column: temp, margin: 1}")
    replace_line(folder / "model.yaml", "owner:", "owner:")
    with pytest.raises(SubmissionError) as refused:
        read_submission.fn(str(folder), "dev", tmp_path / "elsewhere")
    assert [line.split(":")[0] for line in refused.value.what.splitlines()] == ["model.yaml", "monitoring.yaml"]


UNKNOWN = KnownColumns(features={}, datasets={})
CASES = {
    "an unknown statistic": ("[{statistic: guess, column: a, margin: 1}]", "monitoring.yaml:1: unknown statistic"),
    "no margin": ("\n- {statistic: psi, column: a}", "monitoring.yaml:2: margin is missing"),
    "a severe limit below the margin": (
        "\n- {statistic: ks, column: a, margin: 0.1}\n- {statistic: psi, column: a, margin: 1, severe: 0.5}",
        "monitoring.yaml:3: psi:a: severe is 0.5",
    ),
    "a segment": (
        "\n- {statistic: ks, column: a, margin: 0.1}\n- {statistic: psi, column: a, margin: 1, segment: JFK}",
        "monitoring.yaml:3: psi:a:JFK has a `segment`, and monitoring does not measure segments",
    ),
    "two rules on one figure": (
        "\n- {statistic: ks, column: a, margin: 0.1}\n- {statistic: ks, column: a, margin: 0.2}",
        "monitoring.yaml:1: several watch rules for ks:a",
    ),
}


@pytest.mark.parametrize("rules, what", CASES.values(), ids=CASES)
def test_a_faulty_rule_is_refused(rules: str, what: str) -> None:
    with pytest.raises(SubmissionError) as refused:
        check_rules(read_yaml(f"rules: {rules}", "monitoring.yaml"), UNKNOWN)
    assert what in refused.value.what


@pytest.mark.parametrize("text", ["rules: [{statistic: ks, column: a, margin: 0.1}]", "rules: [a]", "rules: a", "a: b"])
def test_valid_rules_and_missing_rules_are_accepted(text: str) -> None:
    check_rules(read_yaml(text, "monitoring.yaml"), UNKNOWN)


KNOWN = KnownColumns(features={"temp": "numeric", "carrier": "categorical"}, datasets={})
COLUMNS = {
    "a misspelt column": ("psi, column: tempp", "the model has no feature tempp", "did you mean temp?"),
    "a column that is no feature": (
        "psi, column: zzz",
        "the model has no feature zzz",
        "choose a feature",
    ),
    "a figure of the score on a feature": (
        "auc, column: temp",
        "auc is a figure of the score",
        "write `column: score`",
    ),
    "a numeric statistic of a category": (
        "ks, column: carrier",
        "ks needs a numeric column, and carrier is categorical",
        "psi, chi_square, null_rate, new_categories",
    ),
    "a statistic of categories of a number": (
        "chi_square, column: temp",
        "chi_square needs a categorical column, and temp is numeric",
        "ks, psi, null_rate, mean_shift",
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_rule_on_a_column_that_it_cannot_measure_is_refused_with_its_line(case: str) -> None:
    rule, what, remedy = COLUMNS[case]
    text = f"rules:\n  - {{statistic: {rule}, margin: 0.1}}\n"
    with pytest.raises(SubmissionError) as refused:
        check_rules(read_yaml(text, "monitoring.yaml"), KNOWN)
    assert refused.value.what == f"monitoring.yaml:2: {what}"
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    "rule", ["psi, column: score", "auc, column: score", "psi, column: carrier", "ks, column: temp"]
)
def test_rules_on_features_and_on_the_score_are_accepted(rule: str) -> None:
    check_rules(read_yaml(f"rules: [{{statistic: {rule}, margin: 0.1}}]", "monitoring.yaml"), KNOWN)
