"""Write a submission folder with comments, to be filled in, for `modelward init`.

Values that can be read are filled in: the features from a dataset, the owner from the roster. Values that only a person
can give are left empty. Registration of an incomplete submission reports all empty values at once.
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
    """Write a submission folder for the model `team/name`, and return the files written.

    The folder may already contain code, data and the artifact, but none of the files that are written. The features are
    the columns of `from_dataset`, or else of the folder's training data, without the columns that have another role.
    Raises SubmissionError when one of the files exists or the name has no team, InvalidNameError, and LogFormatError
    for a dataset that cannot be read.
    """
    team, _ = split_model(name)
    if team is None:
        raise SubmissionError(f"the model name {name} has no team", "write the name as `team/name`")
    _require_free(folder)
    features = _features(from_dataset or folder / DATASETS["training"], required=from_dataset is not None)
    values = {"model": name, "owner": owner, "features": _listed(features), "watched": next(iter(features), "")}
    written = _copy(TEMPLATES, folder, values)
    for role, suite in SUITES.items():
        (folder / suite).parent.mkdir(parents=True, exist_ok=True)
        (folder / suite).write_text(json.dumps(_suite(role, list(features)), indent=2) + "\n", "utf-8")
        written.append(folder / suite)
    for place in ("artifact", "code", Path(DATASETS["training"]).parent):
        (folder / place).mkdir(parents=True, exist_ok=True)
    return sorted(written)


def _require_free(folder: Path) -> None:
    """Raise SubmissionError if a file that would be written exists already."""
    if folder.exists() and not folder.is_dir():
        raise SubmissionError(f"{folder} is a file, not a folder", "choose a folder")
    existing = [file for file in (*_files(TEMPLATES), *SUITES.values()) if (folder / file).exists()]
    if existing:
        raise SubmissionError(
            f"{folder} already contains {', '.join(sorted(existing)[:3])}",
            "edit these files (the next version is submitted from the same folder), or choose a new folder",
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


def _features(dataset: Path, required: bool) -> dict[str, str]:
    """Return the columns that have no other role, each with its kind, `numeric` or `categorical`.

    A missing dataset is an error only if it is `required`; otherwise the result is empty.
    """
    if not required and not dataset.is_file():
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
    """Return the expectations for any dataset: enough rows, unique ids, scores from 0 to 1, labels 0 or 1."""
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
