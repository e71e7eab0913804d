"""The columns that the plans and suites of a submission may name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import SubmissionError
from data.submission.datasets import DatasetFacts
from data.submission.documents import read_text
from data.submission.model_file import ModelFile
from data.submission.suite import FILES, Suite
from data.text.near_names import did_you_mean
from data.text.yaml_text import YamlText


@dataclass(frozen=True)
class KnownColumns:
    """The features with their kinds, and the columns of each dataset by its role; empty where a file is not readable.

    A name is only refused where the columns are known: the problem of the other file is reported by itself.
    """

    features: Mapping[str, str]
    datasets: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class PlanChecks:
    """Checks of tests.yaml and monitoring.yaml that need to know metrics and statistics; they raise InputError."""

    tests: Callable[[YamlText, KnownColumns], None]
    rules: Callable[[YamlText, KnownColumns], None]


def known_columns(model: ModelFile | None, datasets: Mapping[str, DatasetFacts | None]) -> KnownColumns:
    """Return the columns of the files that were read; None stands for a file with a problem."""
    features = {one.name: one.kind for one in model.features} if model is not None else {}
    columns = {role: frozenset(facts.columns) for role, facts in datasets.items() if facts is not None}
    return KnownColumns(features, columns)


def check_suite_columns(folder: Path, suites: Mapping[str, Suite], known: KnownColumns) -> None:
    """Check that each dataset has the columns that its suite names. Raises SubmissionError with each one's line."""
    missing = [line for role, suite in suites.items() for line in _missing(folder, role, suite, known)]
    if missing:
        raise SubmissionError("\n".join(missing), "correct the names of the columns")


def _missing(folder: Path, role: str, suite: Suite, known: KnownColumns) -> Iterator[str]:
    columns = known.datasets.get(role)
    if columns is None:
        return
    named = dict.fromkeys(name for one in suite.expectations for name in one.columns)
    missing = [name for name in named if name not in columns]
    text = read_text(folder / FILES[role], FILES[role]) if missing else ""
    for name in missing:
        remedy = did_you_mean(name, columns, f"remove the expectation, or add the column to the {role} data")
        yield f"{FILES[role]}:{_line(text, name)}: the {role} data has no column {name} → {remedy}"


def _line(text: str, name: str) -> int:
    """Return the line of the first value that names the column."""
    values = (f": {json.dumps(name)}", f":{json.dumps(name)}", json.dumps(name))
    place = next((text.find(one) for one in values if one in text), 0)
    return text.count("\n", 0, place) + 1
