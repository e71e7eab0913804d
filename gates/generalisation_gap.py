"""Gate: a metric is nearly as good on held-out data as on the training data.

Source: SR 26-2 §IV.1 and SR 11-7 §IV.1 (out-of-sample testing). The gap as the sign of over-fitting: Hastie,
Tibshirani and Friedman (2009), The Elements of Statistical Learning, §7.2.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Verdict
from gates.contract import Criterion, Gate
from gates.measured import metric_of, value_of, without_value


class GeneralisationGapParameters(Frozen):
    """The metric, whether a higher value is better, the two datasets, and the largest gap in the unit of the metric."""

    metric: str = "auc"
    higher_is_better: bool = True
    training: str = "training"
    held_out: str = "held-out"
    limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]


def judge(parameters: GeneralisationGapParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion: the gap between training and held-out data is at most the limit.

    A gap above 0 means that the metric is worse on the held-out data. Source: Hastie et al. (2009), §7.2.
    """
    name = parameters.metric
    training = metric_of(evidence, name, parameters.training)
    held_out = metric_of(evidence, name, parameters.held_out)
    text = f"gap of {name}"
    fitted, measured = value_of(training), value_of(held_out)
    if training is None or fitted is None:
        return [Criterion(text, without_value(training, name, parameters.training), None, parameters.limit)]
    if held_out is None or measured is None:
        return [Criterion(text, without_value(held_out, name, parameters.held_out), None, parameters.limit)]
    gap = fitted - measured if parameters.higher_is_better else measured - fitted
    known = (training.evidence_digest, held_out.evidence_digest)
    return [Criterion(text, _verdict(parameters, gap, (fitted, measured)), gap, parameters.limit, known)]


def _verdict(parameters: GeneralisationGapParameters, gap: float, values: tuple[float, float]) -> Verdict:
    figures = f"{parameters.metric} {values[0]:.3f} on {parameters.training}, {values[1]:.3f} on {parameters.held_out}"
    if gap <= parameters.limit:
        return Passed(because=f"{figures}: a gap of {gap:.3f}, at most {parameters.limit:g}")
    return Failed(
        reason=f"{figures}: a gap of {gap:.3f}; at most {parameters.limit:g}",
        remedy="fit a simpler model or use more training data",
    )


GATE: Gate[GeneralisationGapParameters] = Gate("generalisation_gap", GeneralisationGapParameters, judge)
