"""Is the version about as good on data it never saw as on its training data?

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
    """The metric, which way it is better, the two datasets, and the largest gap in the metric's own unit."""

    metric: str = "auc"
    higher_is_better: bool = True
    training: str = "training"
    held_out: str = "held-out"
    limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]


def judge(parameters: GeneralisationGapParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """The gap is the metric on training data less that on held-out data, turned so that above 0 is worse when held out.

    It may be at most the limit. Source: Hastie et al. (2009), §7.2.
    """
    name = parameters.metric
    seen = metric_of(evidence, name, parameters.training)
    unseen = metric_of(evidence, name, parameters.held_out)
    text = f"gap of {name}"
    best, held = value_of(seen), value_of(unseen)
    if seen is None or best is None:
        return [Criterion(text, without_value(seen, name, parameters.training), None, parameters.limit)]
    if unseen is None or held is None:
        return [Criterion(text, without_value(unseen, name, parameters.held_out), None, parameters.limit)]
    gap = best - held if parameters.higher_is_better else held - best
    known = (seen.evidence_digest, unseen.evidence_digest)
    return [Criterion(text, _verdict(parameters, gap, (best, held)), gap, parameters.limit, known)]


def _verdict(parameters: GeneralisationGapParameters, gap: float, values: tuple[float, float]) -> Verdict:
    figures = f"{parameters.metric} {values[0]:.3f} on {parameters.training}, {values[1]:.3f} on {parameters.held_out}"
    if gap <= parameters.limit:
        return Passed(because=f"{figures}: a gap of {gap:.3f}, at most {parameters.limit:g}")
    return Failed(
        reason=f"{figures}: a gap of {gap:.3f}; at most {parameters.limit:g}",
        remedy="fit a simpler model or use more data: it has memorised its training data",
    )


GATE: Gate[GeneralisationGapParameters] = Gate("generalisation_gap", GeneralisationGapParameters, judge)
