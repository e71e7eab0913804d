"""A packed submission is read, and its watch rules are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import SubmissionError
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
        check_rules(read_yaml(f"rules: {rules}", "monitoring.yaml"))
    assert what in refused.value.what


@pytest.mark.parametrize("text", ["rules: [{statistic: ks, column: a, margin: 0.1}]", "rules: [a]", "rules: a", "a: b"])
def test_valid_rules_and_missing_rules_are_accepted(text: str) -> None:
    check_rules(read_yaml(text, "monitoring.yaml"))
