"""`modelward register --preview` shows what is missing and which roles sign, and records nothing."""

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


def test_the_preview_has_the_tier_of_the_scores_and_the_roles_of_the_standard(home: Path, folder: Path) -> None:
    found = preview_submission(folder)
    assert (found.model, found.tier, found.standard) == ("ops/late", 3, load_standard(baseline_text()).label)
    assert (found.missing_sections, found.short_sections, found.validator) == ((), (), True)
    assert [(one.role, one.count) for one in found.roles] == [("approver", 1)]
    assert not list(home.iterdir()), "a preview creates no file"


def test_missing_and_short_sections_of_the_tier_are_listed(home: Path, folder: Path) -> None:
    (folder / "docs" / "data.md").unlink()
    (folder / "docs" / "assumptions.md").unlink()
    (folder / "docs" / "method.md").write_text("# Method\n\nTrees.\n")
    found = preview_submission(folder)
    assert (found.missing_sections, found.short_sections) == (("data",), ("method",))


def test_a_retrain_within_the_plan_needs_no_validator(home: Path, folder: Path) -> None:
    replace_line(folder / "version.yaml", "change_class:", "change_class: within plan")
    assert not preview_submission(folder).validator


def test_the_owner_is_looked_up_and_the_adopted_version_of_the_standard_is_used(
    cli: Cli, home: Path, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "ours.yaml").write_text(next_baseline()[1])
    cli("people", "add", "ana", "--name", "Ana")
    with pytest.raises(SubmissionError, match="model.yaml:5: the owner olga is not on the roster"):
        preview_submission(folder)
    cli("people", "add", "olga", "--name", "Olga")
    result = cli("standard", "adopt", tmp_path / "ours.yaml")
    assert result.code == 0, result.err
    assert preview_submission(folder).standard == f"baseline {next_baseline()[0]}"


def test_an_unknown_standard_is_refused_by_name(home: Path, folder: Path) -> None:
    replace_line(folder / "model.yaml", "  - {standard:", "  - {standard: ours, mode: enforce, rationale: our policy}")
    with pytest.raises(StandardError, match="ours"):
        preview_submission(folder)


def test_every_fault_of_the_folder_is_in_one_error(home: Path, folder: Path) -> None:
    replace_line(folder / "model.yaml", "owner:", "owner:")
    (folder / "monitoring.yaml").write_text("rationale: r\nrules: [{statistic: luck, column: temp, margin: 1}]\n")
    with pytest.raises(SubmissionError, match=r"owner is empty[\s\S]*monitoring.yaml"):
        preview_submission(folder)


def test_the_command_prints_the_preview(cli: Cli, home: Path, folder: Path) -> None:
    (folder / "docs" / "data.md").unlink()
    result = cli("register", folder, "--preview")
    assert result.code == 0, result.err
    assert "1 × approver" in result.out
    assert "sections to write" in result.out
    assert "nothing was recorded" in result.out
    assert cli("register", folder, "--preview", "--json").json["missing_sections"] == ["data"]
