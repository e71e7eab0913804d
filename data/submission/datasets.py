"""Reads a submitted Parquet dataset, and checks its content against the columns that the model maps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from data.errors import LogFormatError
from data.files.artifacts import file_digest
from data.records.instant import read_instant
from data.records.model import ColumnMapping
from data.submission.stand_ins import parts_fault
from data.text.near_names import near_names

FILES: Mapping[str, str] = {"training": "data/training.parquet", "held-out": "data/held_out.parquet"}
"""The path of the dataset of each role in a submission."""

DECODED = 2 << 30  # bytes
SECONDS = 600
ROLES: Mapping[str, str] = {"prediction_id": "id", "predicted_at": "moment", "score": "numeric", "label": "label"}
EXPECTED: Mapping[str, str] = {
    "id": "text or a whole number",
    "moment": "a timestamp or a date",
    "numeric": "a number",
    "label": "0 and 1, or true and false",
    "categorical": "text, true/false or a whole number",
}


@dataclass(frozen=True)
class DatasetFacts:
    """The content of a dataset: digest, number of rows, Arrow type of each column, first and last time (UTC), bytes."""

    role: str
    digest: str
    rows: int
    columns: Mapping[str, str]
    from_at: datetime
    to_at: datetime
    decoded_bytes: int


def read_dataset(
    path: Path,
    role: str,
    columns: ColumnMapping,
    named_at: Mapping[str, str] | None = None,
    *,
    limit: int = DECODED,
) -> DatasetFacts:
    """Read every row of a dataset once, in a child process with a memory limit, and check the mapped columns.

    Required are the features, `prediction_id`, `predicted_at`, `label` and `score` (the developer's own predictions).
    `named_at` is the place, `model.yaml:line`, that names a column; `limit` is the maximum of decoded bytes. Raises
    LogFormatError with all problems, each as `file: what → fix`.
    """
    name = FILES.get(role, path.name)
    if not path.is_file():
        raise LogFormatError(
            f"{name}: file not found{_beside(path)}", "write the scored rows of this dataset as Parquet"
        )
    found = _scanned(path, columns, limit)
    problems = [f"{name}: {one}" for one in _problems(found, columns, named_at or {}, limit)]
    if problems:
        raise LogFormatError("\n".join(problems), f"write {name} again with the columns that model.yaml maps")
    return DatasetFacts(
        role=role,
        digest=file_digest(path),
        rows=found["rows"],
        columns=found["columns"],
        from_at=read_instant(found["from"]),
        to_at=read_instant(found["to"]),
        decoded_bytes=found["decoded"],
    )


def read_schema(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds that each column can have, by its name (`numeric`, `categorical`, `label`, `moment`, `id`).

    Raises LogFormatError when the file is not Parquet.
    """
    if path.is_dir():
        raise LogFormatError(f"{path} is {parts_fault(path, path)}", "give the path of one file")
    found = _scan_in_child({"path": str(path.absolute()), "roles": {}, "limit": DECODED})
    if "kinds" not in found:
        raise LogFormatError(f"{path} cannot be read: {found.get('broken', 'too large')}", "write it as Parquet")
    return {name: tuple(kinds) for name, kinds in found["kinds"].items()}


def _beside(path: Path) -> str:
    """Return the files of the same name and another ending, one of which may be meant."""
    found = sorted(one.name for one in path.parent.glob(f"{path.stem}.*") if one.is_file())
    return f"; {path.parent.name}/ has {', '.join(found[:5])}" if found else ""


def _scanned(path: Path, columns: ColumnMapping, limit: int) -> dict[str, Any]:
    roles = {role: (getattr(columns, role), kind) for role, kind in ROLES.items()}
    return _scan_in_child({"path": str(path.absolute()), "roles": roles, "limit": limit})


def _scan_in_child(request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "data.submission.parquet_scan"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"broken": f"the file could not be read within {SECONDS} s"}
    if child.returncode != 0:
        return {"broken": f"the process that read the file ended with status {child.returncode}"}
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def _problems(
    found: Mapping[str, Any], columns: ColumnMapping, named_at: Mapping[str, str], limit: int
) -> Iterator[str]:
    if "broken" in found:
        yield f"not readable as Parquet: {found['broken']} → write the file again"
        return
    if "too large" in found:
        yield f"the dataset decodes to more than {limit:,} bytes → submit a sample"
        return
    yield from _column_problems(found, columns, named_at)
    if not found["rows"]:
        yield "the dataset has no rows → write the rows that were scored"
        return
    yield from _value_problems(found, columns)


def _column_problems(found: Mapping[str, Any], columns: ColumnMapping, named_at: Mapping[str, str]) -> Iterator[str]:
    required = {getattr(columns, role): kind for role, kind in ROLES.items()}
    required |= {feature.name: feature.kind for feature in columns.features}
    for name, kind in required.items():
        if name not in found["columns"]:
            there = ", ".join(sorted(found["columns"])[:20])
            fix = _fix(name, found["columns"], named_at.get(name, "model.yaml"))
            yield f"column {name} is missing; the columns are {there} → {fix}"
        elif name in found["twice"]:
            yield f"column {name} occurs twice → remove one of the two"
        elif kind not in found["kinds"][name]:
            yield f"column {name} has type {found['columns'][name]} → write {EXPECTED[kind]}"


def _fix(name: str, columns: Iterable[str], at: str) -> str:
    near = near_names(name, columns, 1)
    return f"did you mean {near[0]}? Correct {at}, or add the column" if near else f"add it, or map its name in {at}"


def _value_problems(found: Mapping[str, Any], columns: ColumnMapping) -> Iterator[str]:
    counts, rows = found["counts"], found["rows"]
    for role in ("prediction_id", "predicted_at", "score"):
        if counts.get(f"{role} missing"):
            column, count = getattr(columns, role), counts[f"{role} missing"]
            yield f"{column} is missing in {count:,} of {rows:,} rows → fill in the values, or remove these rows"
    if counts.get("score nan"):
        yield f"{columns.score} is NaN in {counts['score nan']:,} of {rows:,} rows → score or remove these rows"
    if counts.get("score outside"):
        yield f"{columns.score} is outside 0 to 1 in {counts['score outside']:,} of {rows:,} rows → write probabilities"
    if counts.get("label outside"):
        count = counts["label outside"]
        yield f"{columns.label} is neither 0 nor 1 in {count:,} of {rows:,} rows → write 0, 1 or null"
    if counts.get("label known") == 0:
        yield f"{columns.label} is empty in every row → add the labels"
    if found["repeated"]:
        yield (
            f"{columns.prediction_id} repeats in {found['repeated']:,} of {rows:,} rows, for example"
            f" {found['example']!a} → give each prediction a different id"
        )
