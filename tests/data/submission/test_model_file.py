"""model.yaml: every field is checked before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError, InvalidNameError, SubmissionError
from data.submission.model_file import ModelFile, read_model_file
from data.text.yaml_text import read_yaml
from tests.submissions import replace_line, write_filled


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission") / "model.yaml"


def read(path: Path) -> ModelFile:
    return read_model_file(read_yaml(path.read_text(), "model.yaml"))


def test_the_file_gives_the_command_that_registers_the_model(path: Path) -> None:
    file = read(path)
    command = file.command
    assert (command.model, command.owner, command.tier) == ("models/ops/late", "olga", 3)
    assert command.tier_factors["data"] == 4
    assert {one.name: one.kind for one in command.columns.features} == {"temp": "numeric", "carrier": "categorical"}
    assert [one.standard for one in command.standards] == ["baseline"]
    (consumer,) = file.declarations
    assert (consumer.model, consumer.system, consumer.feeds_model) == ("models/ops/late", "crews", None)


def test_a_consumer_that_feeds_a_model_has_its_key(path: Path) -> None:
    line = "consumers: [{system: crews, owner: olga, contact: mail, feeds_model: ops/rosters}]"
    replace_line(path, "consumers:", line)
    assert read(path).declarations[0].feeds_model == "models/ops/rosters"


def test_it_has_at_most_fifteen_fields() -> None:
    assert len(ModelFile.model_fields) <= 15


CASES: dict[str, tuple[str, str, type[InputError], str]] = {
    "a slash too many": (
        "model:",
        "model: ops/late/fees",
        InvalidNameError,
        "model.yaml:4: 'ops/late' is not a valid team",
    ),
    "a quote in the name": ("model:", """model: "ops/la'te" """, InvalidNameError, "is not a valid model name"),
    "no team": ("model:", "model: late", InvalidNameError, "model.yaml:4: the model late has no team"),
    "a way out": ("model:", "model: ../late", InvalidNameError, "is not a valid team"),
    "an owner that is no id": ("owner:", "owner: Olga Smith", InvalidNameError, "is not a valid person id"),
    "a consumer that is no name": (
        "consumers:",
        "consumers: [{system: Crew System, owner: a, contact: b}]",
        InvalidNameError,
        "is not a valid system",
    ),
    "a consumer that feeds no model": (
        "consumers:",
        "consumers: [{system: a, owner: a, contact: b, feeds_model: ops/A}]",
        InvalidNameError,
        "is not a valid model name",
    ),
    "a consumer declared twice": (
        "consumers:",
        "consumers: [{system: a, owner: a, contact: b}, {system: a, owner: a, contact: b}]",
        SubmissionError,
        "a system is declared more than once",
    ),
    "no intended use": ("intended_uses:", "intended_uses: []", SubmissionError, "intended_uses is empty"),
    "an unknown field": ("runbook:", "runbok: a", SubmissionError, "runbok: no such field"),
    "a mode that is none": (
        "  - {standard:",
        "  - {standard: baseline, mode: strict, rationale: a}",
        SubmissionError,
        "standards.0.mode: input should be 'observe', 'warn' or 'enforce'",
    ),
    "a score that is none": (
        "  exposure:",
        "  exposure: 7",
        SubmissionError,
        "tier.exposure: input should be 1, 2, 3 or",
    ),
    "a column with two meanings": (
        "  label:",
        "  label: temp",
        SubmissionError,
        "used more than once among columns and features: temp",
    ),
    "a consumer that feeds a model of no team": (
        "consumers:",
        "consumers: [{system: a, owner: a, contact: b, feeds_model: late}]",
        InvalidNameError,
        "the model late has no team",
    ),
}


@pytest.mark.parametrize("start, line, error, what", CASES.values(), ids=CASES)
def test_a_model_file_is_refused_with(path: Path, start: str, line: str, error: type[InputError], what: str) -> None:
    replace_line(path, start, line)
    with pytest.raises(error) as refused:
        read(path)
    assert what in refused.value.what
    assert refused.value.what.startswith("model.yaml:")


def test_a_feature_with_the_name_of_a_mapped_column_is_refused(path: Path) -> None:
    replace_line(path, "  score:", "  score: probability")
    replace_line(path, '  - {name: "temp"', "  - {name: score, kind: numeric}")
    with pytest.raises(SubmissionError, match="features: score"):
        read(path)
