"""Gate: the version is better than the champion it would replace, or not worse by more than a margin.

Source: SR 11-7 §V.1.c (an adjusted model runs beside the original and outperforms it before replacing it);
PRA SS1/23 P3.3. Non-inferiority by a confidence bound: Piaggio et al. (2012), JAMA 308, 2594–2604.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from data.records.version import Comparison
from gates.contract import Criterion, Gate


class ChampionComparisonParameters(Frozen):
    """The metrics to compare, the demand, the margin in the unit of the metric, and the minimum number of days."""

    metrics: Annotated[tuple[str, ...], Field(min_length=1)]
    demand: Literal["not worse", "better"] = "not worse"
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    minimum_days: Annotated[int, Field(ge=1)] = 14

    @property
    def threshold(self) -> float:
        """The lower limit that the whole interval must exceed: −margin, or 0 when `demand` is `better`."""
        return -self.margin if self.demand == "not worse" else 0.0


def judge(parameters: ChampionComparisonParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each metric: the interval of the difference lies above the threshold.

    A difference above 0 means that the version is better than the champion. An interval that contains the threshold is
    unproven; an interval whose upper end is at most the threshold fails. If the environment has no champion, the only
    criterion passes.
    Source: SR 11-7 §V.1.c; Piaggio et al. (2012).
    """
    if evidence.champion is None:
        return [Criterion("champion", _first(evidence.environment))]
    return [_criterion(metric, parameters, evidence, evidence.champion.key) for metric in parameters.metrics]


def _first(environment: str) -> Verdict:
    if environment:
        return Passed(because=f"first version: {environment} has no champion yet")
    return Unproven(
        missing="the environment of the champion to compare with", remedy="pass the environment with --environment"
    )


def _criterion(metric: str, parameters: ChampionComparisonParameters, evidence: Evidence, champion: str) -> Criterion:
    found = [one for one in evidence.comparisons if one.metric.removesuffix("_difference") == metric]
    comparison = next((one for one in found if one.champion == champion), None)
    low = comparison.low if comparison is not None else None
    known = (comparison.evidence_digest,) if comparison is not None else ()
    text = f"difference of {metric} from the champion"
    return Criterion(text, _verdict(metric, comparison, parameters), low, parameters.threshold, known)


def _verdict(metric: str, comparison: Comparison | None, parameters: ChampionComparisonParameters) -> Verdict:
    if comparison is None:
        missing = f"a comparison of {metric} with the current champion"
        return Unproven(missing=missing, remedy="run `modelward validate` again")
    if comparison.cannot_say is not None or comparison.days < parameters.minimum_days:
        why = comparison.cannot_say or f"{comparison.days} days; at least {parameters.minimum_days} are needed"
        missing = f"the difference of {metric} from the champion ({why})"
        return Unproven(missing=missing, remedy="compare on more days for which both versions have scores")
    if comparison.low is None or comparison.high is None:
        missing = f"the interval of the difference of {metric}"
        return Unproven(missing=missing, remedy="compare on more days for which both versions have scores")
    span = f"{metric} differs by {comparison.low:+.4f} to {comparison.high:+.4f}"
    if comparison.low > parameters.threshold:
        return Passed(because=f"{span}; the whole interval is above {parameters.threshold:+g}")
    return _not_shown(span, comparison.high, parameters)


def _not_shown(span: str, high: float, parameters: ChampionComparisonParameters) -> Verdict:
    if high <= parameters.threshold:
        return Failed(
            reason=f"{span}; no part of the interval is above {parameters.threshold:+g}",
            remedy="keep the champion, or request a waiver with a reason and an end date",
        )
    return Unproven(
        missing=f"proof that the version is {parameters.demand} than the champion: {span}; the interval contains "
        f"{parameters.threshold:+g}",
        remedy="compare on more days, or request a waiver with a reason and an end date",
    )


GATE: Gate[ChampionComparisonParameters] = Gate("champion_comparison", ChampionComparisonParameters, judge)
