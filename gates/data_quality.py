"""Gate: each dataset is known, large enough and meets its expectations; no held-out row is a training row.

Source: SR 26-2 §IV.1 and SR 11-7 §IV.1 (data quality and relevance assessed); EU AI Act Art. 10(3).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Dataset, Overlap
from gates.contract import Criterion, Gate

AGAIN = "and register the version again"
BY_ID = "held-out rows are no training rows, by id"
BY_CONTENT = "held-out rows are no training rows, by content"


class DataQualityParameters(Frozen):
    """The dataset roles that are required, and the minimum number of rows and of expectations of each dataset.

    `maximum_shared` is the share of held-out rows that may equal training rows beyond those that chance explains.
    """

    roles: Annotated[tuple[Literal["training", "held-out", "reference", "scoring"], ...], Field(min_length=1)] = (
        "training",
        "held-out",
    )
    minimum_rows: Annotated[int, Field(ge=1)] = 1
    minimum_expectations: Annotated[int, Field(ge=1)] = 1
    maximum_shared: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.01


def judge(parameters: DataQualityParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return two criteria for each role, the outcome of its quality suite and its rows, and three comparisons.

    No held-out row may have the id of a training row. Rows of equal content count beyond what the repeats inside the
    training data explain. A suite that could not run is unproven; a suite with fewer expectations than the minimum
    fails. Source: SR 11-7 §IV.1; Kaufman et al. (2012), ACM TKDD 6:15 (leakage of training rows).
    """
    datasets = {one.role: one for one in evidence.datasets}
    found: list[Criterion] = []
    for role in parameters.roles:
        found += _of_role(role, datasets.get(role), parameters)
    if "training" in datasets and "held-out" in datasets:
        found += _separate(datasets["training"], datasets["held-out"], parameters)
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


def _separate(training: Dataset, held_out: Dataset, parameters: DataQualityParameters) -> list[Criterion]:
    whole = Criterion("held-out data is not the training data", _whole(training, held_out))
    known = held_out.overlap
    if known is None or not held_out.rows:
        missing = "the comparison of the held-out rows with the training rows"
        absent = Unproven(missing=missing, remedy="validate the version again: validation compares them")
        return [whole, Criterion(BY_ID, absent), Criterion(BY_CONTENT, absent)]
    rows, limit = held_out.rows, parameters.maximum_shared
    beyond = max(0, known.rows - known.explained) / rows
    by_id = Criterion(BY_ID, _by_id(known, rows), known.ids / rows, 0.0)
    return [whole, by_id, Criterion(BY_CONTENT, _by_content(known, rows, beyond, limit), beyond, limit)]


def _whole(training: Dataset, held_out: Dataset) -> Verdict:
    if training.identity != held_out.identity:
        return Passed(because="the two datasets have different identities")
    reason = "the held-out data is the training data, so no data was held out"
    return Failed(reason=reason, remedy=f"submit held-out data that was not used for training {AGAIN}")


def _by_id(known: Overlap, rows: int) -> Verdict:
    if known.ids == 0:
        return Passed(because=f"none of {rows:,} held-out rows has the prediction id of a training row")
    return Failed(
        reason=f"{_share(known.ids, rows)} have the prediction id of a training row, so they were not held out",
        remedy=f"remove these rows from one of the two datasets, or give each prediction an id of its own, {AGAIN}",
    )


def _by_content(known: Overlap, rows: int, beyond: float, limit: float) -> Verdict:
    equal = f"{_share(known.rows, rows)} have the features and the label of a training row"
    chance = f"repeats inside the training data explain up to {known.explained:,} of them"
    if beyond <= limit:
        return Passed(because=equal if known.rows == 0 else f"{equal}; {chance}")
    return Failed(
        reason=f"{equal}; {chance}. Beyond these, at most {limit:.1%} may be equal",
        remedy=f"remove the training rows from the held-out data {AGAIN}",
    )


def _share(count: int, rows: int) -> str:
    share = "under 0.1%" if 0 < count < 0.001 * rows else f"{count / rows:.1%}"
    return f"{count:,} of {rows:,} held-out rows ({share})"


GATE: Gate[DataQualityParameters] = Gate("data_quality", DataQualityParameters, judge)
