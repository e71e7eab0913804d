"""Compare a challenger with the champion on the same predictions, with intervals from resampling whole days."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.logs.prediction_log import read_scores
from data.records.evidence import Evidence
from data.records.measurement import Measurement
from data.records.run_context import RunContext
from data.records.version import Comparison
from data.registry.commands.version import RecordEvidence
from data.registry.registry import Registry
from monitoring.paired import compare
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step
from tasks.validate.read_predictions import Predictions, read_predictions, submission_folder


@step("compare with champion")
def compare_champion(evidence: Evidence, context: RunContext) -> int:
    """Record the paired differences; return the number of rows that both models scored, 0 without a champion.

    The champion's scores and labels come from its logs, the challenger's from its held-out predictions. Rows are paired
    by prediction id.
    """
    registry, version = Registry.here(), evidence.version.key
    rows = compared_evidence(registry.home, evidence, moment(context.as_of))
    if evidence.champion is None or not rows:
        name_step("compare with champion: none serves", version=version)
        return 0
    registry.execute(RecordEvidence(version=version, comparisons=rows), context)
    name_step(
        f"compare with champion v{evidence.champion.number}: {rows[0].rows:,} rows scored by both", version=version
    )
    return rows[0].rows


def compared_evidence(home: Home, evidence: Evidence, at: datetime) -> tuple[Comparison, ...]:
    """Return the paired differences against the champion; empty without a champion. Raises LogFormatError."""
    if evidence.champion is None:
        return ()
    columns = evidence.model.columns
    with submission_folder(home, evidence.version) as folder:
        challenger = read_predictions(folder, "held-out", columns)
    days = (challenger.day.min().astype(object), challenger.day.max().astype(object))
    champion = read_scores(home.logs(evidence.model.key), columns, days, str(evidence.champion.number))
    mine, theirs = _paired(challenger, champion)
    measured = compare(challenger.day[mine], challenger.label[mine], theirs, challenger.score[mine])
    text = json.dumps([one.model_dump(mode="json") for one in measured], indent=1, sort_keys=True)
    digest = ArtifactStore(home.artifacts).put(text.encode())
    shared_days = len(np.unique(challenger.day[mine]))
    return tuple(_comparison(evidence, one, shared_days, digest, at) for one in measured)


def _comparison(evidence: Evidence, measurement: Measurement, days: int, digest: str, at: datetime) -> Comparison:
    metric = measurement.statistic.removesuffix("_difference")
    version, champion = evidence.version.key, evidence.champion
    return Comparison(
        key=f"{version}/comparisons/{metric}",
        version=version,
        champion=champion.key if champion else "",
        metric=metric,
        difference=measurement.value,
        low=measurement.low,
        high=measurement.high,
        rows=measurement.rows,
        days=days,
        cannot_say=measurement.cannot_say,
        evidence_digest=digest,
        measured_at=at,
    )


def _paired(challenger: Predictions, champion: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the challenger's rows that the champion also scored, and the champion's scores in the same order."""
    ids = np.asarray(challenger.prediction_id.to_pylist(), dtype=object)
    scores = dict(zip(champion.column("prediction_id").to_pylist(), champion.column("score").to_pylist(), strict=True))
    mine = np.array([row for row, one in enumerate(ids) if one in scores], dtype=np.int64)
    return mine, np.array([scores[ids[row]] for row in mine], dtype=np.float64)
