"""A whole submission: its content, and one clear error for every bad input."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import DocumentError, InputError, InvalidNameError, LogFormatError, SubmissionError
from data.submission.folder import Submission, accept_all, read_submission
from data.submission.known_columns import KnownColumns, PlanChecks
from data.submission.provenance import Provenance
from data.text.yaml_text import YamlText
from modelward.scaffold import write_submission
from tests.submissions import replace_line, rows, write_filled, write_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def read(folder: Path) -> Submission:
    return read_submission(folder, "sha256:" + "0" * 64, Provenance())


def test_a_complete_submission_is_read(folder: Path) -> None:
    found = read(folder)
    assert (found.model.key, found.version.change.what) == ("models/ops/late", "the first version")
    assert {role: one.rows for role, one in found.datasets.items()} == {"training": 600, "held-out": 600}
    assert (set(found.suites), len(found.documents)) == ({"training", "held-out"}, 6)
    assert found.dataset_path("held-out") == folder / "data" / "held_out.parquet"


def test_the_source_digest_covers_the_code_files(folder: Path) -> None:
    first = read(folder).source_digest
    (folder / "code" / "train.py").write_text("print('other')\n")
    assert read(folder).source_digest != first
    (folder / "code" / "train.py").unlink()
    assert read(folder).source_digest is None
    (folder / "code").rmdir()
    assert read(folder).source_digest is None


def test_monitoring_yaml_is_optional(folder: Path) -> None:
    (folder / "monitoring.yaml").unlink()
    assert read(folder).monitoring is None


def without(*names: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return remove


def line(file: str, start: str, text: str) -> Callable[[Path], None]:
    return lambda folder: replace_line(folder / file, start, text)


def dataset(**changed: object) -> Callable[[Path], None]:
    return lambda folder: write_rows(folder / "data" / "held_out.parquet", {**rows(), **changed})


def link(folder: Path) -> None:
    (folder / "docs" / "purpose.md").unlink()
    (folder / "docs" / "purpose.md").symlink_to("/etc/hostname")


def alias(folder: Path) -> None:
    (folder / "version.yaml").write_text("what: &a [x]\nwhy: *a\nchange_class: new\n")


BAD: dict[str, tuple[Callable[[Path], None], type[InputError], str]] = {
    "broken YAML": (line("model.yaml", "owner:", "owner: ["), DocumentError, "model.yaml:"),
    "an alias": (alias, DocumentError, "version.yaml:1: anchors and aliases are not allowed"),
    "no model.yaml": (without("model.yaml"), DocumentError, "model.yaml: file not found"),
    "no tests.yaml": (without("tests.yaml"), DocumentError, "tests.yaml: file not found"),
    "a name with a slash too many": (line("model.yaml", "model:", "model: a/b/c"), InvalidNameError, "model.yaml:4:"),
    "a name with a quote": (line("model.yaml", "model:", "model: a/b'c"), InvalidNameError, "model.yaml:4:"),
    "no artifact": (
        without("artifact/model.bin"),
        SubmissionError,
        "artifact/ must contain exactly one file, but has 0",
    ),
    "no data": (without("data/training.parquet"), LogFormatError, "data/training.parquet: file not found"),
    "a mapped column missing": (dataset(temp=None), LogFormatError, "column temp is missing"),
    "a column of another type": (
        dataset(temp=["x"] * 600),
        LogFormatError,
        "column temp has type string → write a number",
    ),
    "NaN scores": (dataset(score=[float("nan")] * 600), LogFormatError, "score is NaN in 600 of 600 rows"),
    "duplicate prediction ids": (dataset(prediction_id=["a"] * 600), LogFormatError, "prediction_id repeats in 599"),
    "an empty dataset": (
        lambda folder: write_rows(folder / "data/held_out.parquet", {k: v[:0] for k, v in rows().items()}),
        LogFormatError,
        "has no rows",
    ),
    "an empty document": (
        lambda folder: (folder / "docs/data.md").write_text("# Data\n"),
        DocumentError,
        "docs/data.md:",
    ),
    "a link": (link, SubmissionError, "docs/purpose.md is a symbolic link"),
    "a suite that proves nothing": (
        lambda folder: (folder / "suites/training.json").write_text('{"name": "a", "expectations": []}'),
        SubmissionError,
        "suites/training.json: expectations",
    ),
}


@pytest.mark.parametrize("spoil, error, what", BAD.values(), ids=BAD)
def test_a_submission_is_refused_with(
    folder: Path, spoil: Callable[[Path], object], error: type[InputError], what: str
) -> None:
    spoil(folder)
    with pytest.raises(error) as refused:
        read(folder)
    assert what in refused.value.what
    assert refused.value.remedy


def test_an_unfilled_template_is_refused_with_all_missing_fields(tmp_path: Path) -> None:
    write_submission(tmp_path / "empty", "ops/late")
    with pytest.raises(SubmissionError) as refused:
        read(tmp_path / "empty")
    lines = refused.value.what.splitlines()
    assert {one.split(":")[0].split("/")[0] for one in lines} == {
        "model.yaml",
        "version.yaml",
        "tests.yaml",
        "monitoring.yaml",
        "artifact",
        "docs",
        "data",
    }
    assert all(" → " in one for one in lines)
    assert "model.yaml:5: owner is empty → fill it in" in lines


def test_watch_rules_are_checked_by_the_given_function(folder: Path) -> None:
    def refuse(document: YamlText, known: KnownColumns) -> None:
        raise SubmissionError(f"{document.at('rules', 0)}: unknown", "choose another")

    with pytest.raises(SubmissionError, match=r"monitoring\.yaml:5: unknown"):
        read_submission(folder, "", Provenance(), PlanChecks(tests=accept_all, rules=refuse))


def test_datasets_are_not_checked_when_model_yaml_is_invalid(folder: Path) -> None:
    replace_line(folder / "model.yaml", "owner:", "owner:")
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir()
    (folder / "data" / "training.parquet").write_text("anything")
    with pytest.raises(SubmissionError) as refused:
        read(folder)
    assert [one.split(":")[0] for one in refused.value.what.splitlines()] == ["model.yaml", "data/held_out.parquet"]
