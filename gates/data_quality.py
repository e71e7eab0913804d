"""Gate: each dataset is known, large enough and meets its expectations; held-out and training data differ.

Source: SR 26-2 §IV.1 and SR 11-7 §IV.1 (data quality and relevance assessed); EU AI Act Art. 10(3).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Dataset
from gates.contract import Criterion, Gate

AGAIN = "and register the version again"


class DataQualityParameters(Frozen):
    """The dataset roles that are required, and the minimum number of rows and of expectations of each dataset."""

    roles: Annotated[tuple[Literal["training", "held-out", "reference", "scoring"], ...], Field(min_length=1)] = (
        "training",
        "held-out",
    )
    minimum_rows: Annotated[int, Field(ge=1)] = 1
    minimum_expectations: Annotated[int, Field(ge=1)] = 1


def judge(parameters: DataQualityParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return two criteria for each role, the outcome of its quality suite and its rows, and one that compares datasets.

    The last criterion is that the held-out data is not the training data. A suite that could not run is unproven; a
    suite with fewer expectations than the minimum fails. Source: SR 11-7 §IV.1.
    """
    datasets = {one.role: one for one in evidence.datasets}
    found: list[Criterion] = []
    for role in parameters.roles:
        found += _of_role(role, datasets.get(role), parameters)
    if "training" in datasets and "held-out" in datasets:
        found.append(_separate(datasets["training"], datasets["held-out"]))
    return found


def _of_role(role: str, dataset: Dataset | None, parameters: DataQualityParameters) -> list[Criterion]:
    if dataset is None:
        missing = Unproven(missing=f"the {role} data", remedy=f"submit the {role} data {AGAIN}")
        return [Criterion(f"{role} data", missing)]
    report = (dataset.quality_report,) if dataset.quality_report else ()
    floor = max(parameters.minimum_rows, dataset.quality_rows_floor)
    return [
        Criterion(f"quality of the {role} data", _quality(dataset, parameters), evidence=report),
        Criterion(f"rows of the {role} data", _rows(dataset, floor), float(dataset.rows), float(floor), report),
    ]


def _quality(dataset: Dataset, parameters: DataQualityParameters) -> Verdict:
    role = dataset.role
    if dataset.quality == "failed":
        return Failed(
            reason=f"the {role} data does not meet its expectations",
            remedy=f"read the quality report, correct the data or the suite {AGAIN}",
        )
    if dataset.quality != "passed":
        state = "was not run" if dataset.quality == "not run" else "did not finish"
        return Unproven(
            missing=f"the quality of the {role} data: its quality suite {state}",
            remedy=f"run the quality suite without errors {AGAIN}",
        )
    if dataset.quality_expectations >= parameters.minimum_expectations:
        return Passed(because=f"the data meets {_expectations(dataset.quality_expectations)}")
    return Failed(
        reason=f"the quality suite of the {role} data has {_expectations(dataset.quality_expectations)}; "
        f"at least {parameters.minimum_expectations} are needed",
        remedy=f"add expectations to the quality suite of the {role} data {AGAIN}",
    )


def _expectations(count: int) -> str:
    return "1 expectation" if count == 1 else f"{count} expectations"


def _rows(dataset: Dataset, floor: int) -> Verdict:
    if dataset.rows >= floor:
        return Passed(because=f"{dataset.rows:,} rows, at least {floor:,}")
    return Failed(
        reason=f"the {dataset.role} data has {dataset.rows:,} rows; at least {floor:,} are needed",
        remedy=f"use more {dataset.role} data {AGAIN}",
    )


def _separate(training: Dataset, held_out: Dataset) -> Criterion:
    text = "held-out data is not the training data"
    if training.identity != held_out.identity:
        return Criterion(text, Passed(because="the two datasets have different identities"))
    reason = "the held-out data is the training data, so no data was held out"
    return Criterion(text, Failed(reason=reason, remedy=f"submit held-out data that was not used for training {AGAIN}"))


GATE: Gate[DataQualityParameters] = Gate("data_quality", DataQualityParameters, judge)
