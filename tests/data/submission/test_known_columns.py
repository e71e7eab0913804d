"""The columns that plans and suites may name: those of the model's features and of the datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import LogFormatError, SubmissionError
from data.submission.folder import read_submission
from data.submission.known_columns import known_columns
from data.submission.provenance import Provenance
from tests.submissions import replace_line, rows, write_filled, write_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def rename_in_suite(folder: Path, old: str, new: str) -> None:
    path = folder / "suites" / "held_out.json"
    path.write_text(path.read_text().replace(f'"{old}"', f'"{new}"'))


def test_a_suite_that_names_a_missing_column_is_refused_with_its_line(folder: Path) -> None:
    rename_in_suite(folder, "predicted_at", "predicted_att")
    line = 1 + (folder / "suites" / "held_out.json").read_text().partition('"predicted_att"')[0].count("\n")
    with pytest.raises(SubmissionError) as refused:
        read_submission(folder, "", Provenance())
    assert refused.value.what == (
        f"suites/held_out.json:{line}: the held-out data has no column predicted_att → "
        "did you mean predicted_at or prediction_id?"
    )


def test_a_column_unlike_every_other_is_refused_with_the_two_remedies(folder: Path) -> None:
    rename_in_suite(folder, "score", "zzz")
    with pytest.raises(SubmissionError, match="remove the expectation, or add the column to the held-out data"):
        read_submission(folder, "", Provenance())


def test_a_feature_that_the_data_lack_is_refused_with_its_line_in_model_yaml(folder: Path) -> None:
    replace_line(folder / "model.yaml", '  - {name: "temp"', "  - {name: tmp, kind: numeric}")
    line = 1 + (folder / "model.yaml").read_text().partition("name: tmp")[0].count("\n")
    with pytest.raises(SubmissionError) as refused:
        read_submission(folder, "", Provenance())
    assert f"did you mean temp? Correct model.yaml:{line}, or add the column" in refused.value.what


def test_a_mapped_column_that_the_data_lack_is_refused_with_its_line(folder: Path) -> None:
    write_rows(folder / "data" / "held_out.parquet", {**rows(day="2013-03-01"), "label": None})
    line = 1 + (folder / "model.yaml").read_text().partition("  label:")[0].count("\n")
    with pytest.raises(LogFormatError, match=f"add it, or map its name in model.yaml:{line}"):
        read_submission(folder, "", Provenance())


def test_nothing_is_known_of_a_file_that_was_not_read() -> None:
    known = known_columns(None, {"training": None})
    assert (known.features, known.datasets) == ({}, {})
