"""`modelward init` fills in values that it can read, and leaves empty what only a person can give."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from data.errors import InputError, InvalidNameError, LogFormatError, SubmissionError
from data.submission.suite import read_suites
from data.text.yaml_text import read_yaml
from modelward.scaffold import TEMPLATES, write_submission
from monitoring.plan import STATISTICS
from tests.submissions import rows, write_rows


def test_every_file_and_folder_of_a_submission_is_written(tmp_path: Path) -> None:
    written = write_submission(tmp_path / "new", "ops/late")
    names = {path.relative_to(tmp_path / "new").as_posix() for path in written}
    assert names >= {"model.yaml", "version.yaml", "tests.yaml", "monitoring.yaml", "docs/purpose.md"}
    assert names >= {"suites/training.json", "suites/held_out.json"}
    assert all(path.is_file() for path in written)
    assert {path.name for path in (tmp_path / "new").iterdir() if path.is_dir()} == {
        "artifact", "code", "data", "docs", "suites",
    }  # fmt: skip


def test_the_features_are_those_of_the_dataset(tmp_path: Path) -> None:
    write_rows(tmp_path / "d.parquet", {**rows(5), "a: b #": ["x"] * 5, "listed": [[1]] * 5})
    write_submission(tmp_path / "new", "ops/late", tmp_path / "d.parquet")
    document = read_yaml((tmp_path / "new" / "model.yaml").read_text(), "model.yaml")
    assert {one["name"]: one["kind"] for one in document["features"]} == {
        "temp": "numeric",
        "carrier": "categorical",
        "a: b #": "categorical",
    }
    suite = read_suites(tmp_path / "new")["training"]
    assert [one.kwargs["column"] for one in suite.expectations if one.type == "expect_column_to_exist"][:2] == [
        "temp",
        "carrier",
    ]


def test_the_written_suites_can_be_read(tmp_path: Path) -> None:
    write_submission(tmp_path / "new", "ops/late")
    assert {role: one.row_floor for role, one in read_suites(tmp_path / "new").items()} == {
        "training": 500,
        "held-out": 500,
    }
    assert "$PARAMETER" in json.dumps(json.loads((tmp_path / "new" / "suites" / "training.json").read_text()))


def test_the_monitoring_template_lists_every_statistic() -> None:
    text = TEMPLATES.joinpath("monitoring.yaml").read_text("utf-8")
    listed = text[text.index("# statistic: ") : text.index("# margin: ")]
    assert set(STATISTICS) <= set(re.findall(r"[a-z_]+", listed))


def test_an_empty_folder_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert write_submission(tmp_path / "new", "ops/late")


def test_existing_code_and_data_are_kept_and_give_the_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(tmp_path / "data" / "training.parquet", rows(5))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("fit()")
    monkeypatch.chdir(tmp_path)
    write_submission(Path(), "ops/late")
    assert (tmp_path / "code" / "train.py").read_text() == "fit()"
    document = read_yaml((tmp_path / "model.yaml").read_text(), "model.yaml")
    assert [one["name"] for one in document["features"]] == ["temp", "carrier"]


CASES: dict[str, tuple[str, str, type[InputError], str]] = {
    "no team": ("new", "late", SubmissionError, "the model name late has no team"),
    "an invalid name": ("new", "ops/La'te", InvalidNameError, "is not a valid model name"),
    "a folder with a file that would be written": (
        "full",
        "ops/late",
        SubmissionError,
        "already contains docs/data.md",
    ),
    "a file instead of a folder": ("full/docs/data.md", "ops/late", SubmissionError, "is a file"),
}


@pytest.mark.parametrize("folder, name, error, what", CASES.values(), ids=CASES)
def test_a_submission_that_cannot_be_written_is_refused(
    tmp_path: Path, folder: str, name: str, error: type[InputError], what: str
) -> None:
    (tmp_path / "full" / "docs").mkdir(parents=True)
    (tmp_path / "full" / "docs" / "data.md").write_text("x")
    with pytest.raises(error, match=what):
        write_submission(tmp_path / folder, name)


def test_an_unreadable_dataset_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "d.parquet").write_text("no parquet")
    with pytest.raises(LogFormatError, match="cannot be read"):
        write_submission(tmp_path / "new", "ops/late", tmp_path / "d.parquet")
    assert not (tmp_path / "new").exists()


def test_a_given_owner_is_filled_in(tmp_path: Path) -> None:
    write_submission(tmp_path / "new", "ops/late", owner="olga")
    assert read_yaml((tmp_path / "new" / "model.yaml").read_text(), "model.yaml")["owner"] == "olga"
