"""Write the folder of a submission with comments, to be filled in: what `modelward init` does.

What can be read is filled in: the features from a dataset, the owner from the roster. What only a person can say is
left empty, and registering an unfilled submission names every empty place at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from data.errors import SubmissionError
from data.records.model import ColumnMapping
from data.records.names import split_model
from data.submission.datasets import FILES as DATASETS
from data.submission.datasets import read_schema
from data.submission.suite import FILES as SUITES
from data.submission.suite import NOT_NULL, ROW_FLOOR

TEMPLATES = files("modelward") / "templates" / "submission"
ROWS = 500
NO_FEATURES = """\
# - {name: distance, kind: numeric, source: timetable}
# - {name: carrier, kind: categorical, source: timetable}
features: []"""


def write_submission(folder: Path, name: str, from_dataset: Path | None = None, owner: str = "") -> list[Path]:
    """Write a submission for the model `team/name`; answers with the files written.

    The folder may hold code, data and artifact already, and none of the files that are to be filled in. The features
    are the columns of `from_dataset`, or else of its own training data, which are mapped to nothing else. Raises
    SubmissionError when the folder is a submission already, InvalidNameError, LogFormatError for an unreadable dataset.
    """
    team, _ = split_model(name)
    if team is None:
        raise SubmissionError(f"{name} names no team", "write the model as `team/name`")
    _need_free(folder)
    features = _features(from_dataset or folder / DATASETS["training"], sought=from_dataset is not None)
    values = {"model": name, "owner": owner, "features": _listed(features)}
    written = _copy(TEMPLATES, folder, values)
    for role, suite in SUITES.items():
        (folder / suite).parent.mkdir(parents=True, exist_ok=True)
        (folder / suite).write_text(json.dumps(_suite(role, list(features)), indent=2) + "\n", "utf-8")
        written.append(folder / suite)
    for place in ("artifact", "code", Path(DATASETS["training"]).parent):
        (folder / place).mkdir(parents=True, exist_ok=True)
    return sorted(written)


def _need_free(folder: Path) -> None:
    """Nothing that is there may be written over. Raises SubmissionError."""
    if folder.exists() and not folder.is_dir():
        raise SubmissionError(f"{folder} is a file", "name a folder")
    there = [place for place in (*_files(TEMPLATES), *SUITES.values()) if (folder / place).exists()]
    if there:
        raise SubmissionError(
            f"{folder} holds {', '.join(sorted(there)[:3])} already",
            "edit what is there: the next version comes from the same folder; or name a new folder",
        )


def _files(source: Traversable, within: str = "") -> Iterator[str]:
    for entry in source.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{within}{entry.name}/")
        else:
            yield f"{within}{entry.name}"


def _copy(source: Traversable, target: Path, values: Mapping[str, str]) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for entry in sorted(source.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            written += _copy(entry, target / entry.name, values)
        else:
            text = Template(entry.read_text("utf-8")).substitute(values)
            (target / entry.name).write_text(text, "utf-8")
            written.append(target / entry.name)
    return written


def _features(dataset: Path, sought: bool) -> dict[str, str]:
    """Columns that are mapped to nothing else, each with what it can serve as; numbers first.

    A dataset that was not named need not be there.
    """
    if not sought and not dataset.is_file():
        return {}
    mapped = set(ColumnMapping().model_dump(exclude={"features"}).values())
    kinds = {name: [kind for kind in kinds if kind in ("numeric", "categorical")] for name, kinds in _schema(dataset)}
    return {name: found[0] for name, found in kinds.items() if found and name not in mapped}


def _schema(dataset: Path) -> Sequence[tuple[str, tuple[str, ...]]]:
    return list(read_schema(dataset).items())


def _listed(features: Mapping[str, str]) -> str:
    if not features:
        return NO_FEATURES
    lines = [f"  - {{name: {json.dumps(name)}, kind: {kind}, source: ''}}" for name, kind in features.items()]
    return "\n".join(["features:", *lines])


def _suite(role: str, features: Sequence[str]) -> dict[str, object]:
    """What holds of any dataset: enough rows, ids that are there and unique, probabilities, labels of 0 and 1."""
    names = ColumnMapping()
    expectations = [
        _expect(ROW_FLOOR, min_value={"$PARAMETER": "ROWS"}),
        *(_expect("expect_column_to_exist", column=name) for name in features),
        *(_expect(NOT_NULL, column=name) for name in (names.prediction_id, names.predicted_at, names.score)),
        _expect(NOT_NULL, column=names.label, mostly={"$PARAMETER": "LABELLED"}),
        _expect("expect_column_values_to_be_unique", column=names.prediction_id),
        _expect("expect_column_values_to_be_between", column=names.score, min_value=0, max_value=1),
        _expect("expect_column_values_to_be_in_set", column=names.label, value_set=[0, 1]),
    ]
    notes = "thresholds are kept here, separate from the expectations"
    parameters = {"ROWS": ROWS, "LABELLED": 0.9}
    return {"name": role, "expectations": expectations, "meta": {"parameters": parameters, "notes": notes}}


def _expect(kind: str, **kwargs: object) -> dict[str, object]:
    return {"type": kind, "kwargs": kwargs, "severity": "critical"}
