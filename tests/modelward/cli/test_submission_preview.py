"""`modelward register --preview` names what is missing and which people decide, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import StandardError, SubmissionError
from gates.standard import baseline_text, load_standard
from modelward.cli.submission_preview import preview_submission
from tests.gates.standards import next_baseline
from tests.modelward.conftest import Cli
from tests.submissions import replace_line, write_filled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def test_the_scores_give_the_tier_and_the_standard_says_who_is_asked(home: Path, folder: Path) -> None:
    found = preview_submission(folder)
    assert (found.model, found.tier, found.standard) == ("ops/late", 3, load_standard(baseline_text()).label)
    assert (found.missing_sections, found.short_sections, found.validator) == ((), (), True)
    assert [(one.role, one.count) for one in found.roles] == [("approver", 1)]
    assert not list(home.iterdir()), "nothing is started for it"


def test_sections_that_the_tier_asks_for_are_named(home: Path, folder: Path) -> None:
    (folder / "docs" / "data.md").unlink()
    (folder / "docs" / "assumptions.md").unlink()
    (folder / "docs" / "method.md").write_text("# Method\n\nTrees.\n")
    found = preview_submission(folder)
    assert (found.missing_sections, found.short_sections) == (("data",), ("method",))


def test_a_retrain_within_the_plan_needs_no_validator(home: Path, folder: Path) -> None:
    replace_line(folder / "version.yaml", "change_class:", "change_class: within plan")
    assert not preview_submission(folder).validator


def test_the_standard_is_the_one_in_force_here(cli: Cli, home: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(next_baseline()[1])
    cli("people", "add", "ana", "--name", "Ana")
    result = cli("standard", "adopt", tmp_path / "ours.yaml")
    assert result.code == 0, result.err
    assert preview_submission(folder).standard == f"baseline {next_baseline()[0]}"


def test_a_standard_that_nobody_knows_is_named(home: Path, folder: Path) -> None:
    replace_line(folder / "model.yaml", "  - {standard:", "  - {standard: ours, mode: enforce, rationale: house}")
    with pytest.raises(StandardError, match="ours"):
        preview_submission(folder)


def test_everything_that_is_wrong_is_named_at_once(home: Path, folder: Path) -> None:
    replace_line(folder / "model.yaml", "owner:", "owner:")
    (folder / "monitoring.yaml").write_text("rationale: r\nrules: [{statistic: luck, column: temp, margin: 1}]\n")
    with pytest.raises(SubmissionError, match=r"owner is empty[\s\S]*monitoring.yaml"):
        preview_submission(folder)


def test_the_command_says_it(cli: Cli, home: Path, folder: Path) -> None:
    (folder / "docs" / "data.md").unlink()
    result = cli("register", folder, "--preview")
    assert result.code == 0, result.err
    assert "1 × approver" in result.out
    assert "sections to write" in result.out
    assert "nothing was recorded" in result.out
    assert cli("register", folder, "--preview", "--json").json["missing_sections"] == ["data"]
