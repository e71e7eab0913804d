"""Is the version better than the champion it would replace, or at least not worse by more than a margin?

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
    """Metrics compared, what must be shown, the margin in the metric's own unit, the fewest days of paired rows."""

    metrics: Annotated[tuple[str, ...], Field(min_length=1)]
    demand: Literal["not worse", "better"] = "not worse"
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    minimum_days: Annotated[int, Field(ge=1)] = 14

    @property
    def bar(self) -> float:
        """What the whole interval must lie above: −margin, or 0 where better is demanded."""
        return -self.margin if self.demand == "not worse" else 0.0


def judge(parameters: ChampionComparisonParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """One criterion a metric: the lower bound of the paired difference lies above the bar; above 0 is better.

    An interval on both sides of the bar is unproven, one below it fails. Without a champion in the environment
    the criterion passes. Source: SR 11-7 §V.1.c; Piaggio et al. (2012).
    """
    if evidence.champion is None:
        return [Criterion("champion", _first(evidence.environment))]
    return [_criterion(metric, parameters, evidence, evidence.champion.key) for metric in parameters.metrics]


def _first(environment: str) -> Verdict:
    if environment:
        return Passed(because=f"first version: no other one is champion in {environment}")
    return Unproven(missing="the environment whose champion to compare with", remedy="name the environment")


def _criterion(metric: str, parameters: ChampionComparisonParameters, evidence: Evidence, champion: str) -> Criterion:
    found = [one for one in evidence.comparisons if one.metric.removesuffix("_difference") == metric]
    comparison = next((one for one in found if one.champion == champion), None)
    low = comparison.low if comparison is not None else None
    known = (comparison.evidence_digest,) if comparison is not None else ()
    text = f"difference of {metric} from the champion"
    return Criterion(text, _verdict(metric, comparison, parameters), low, parameters.bar, known)


def _verdict(metric: str, comparison: Comparison | None, parameters: ChampionComparisonParameters) -> Verdict:
    if comparison is None:
        missing = f"a comparison of {metric} with the present champion"
        return Unproven(missing=missing, remedy="run `modelward validate` again: both on the same predictions")
    if comparison.cannot_say is not None or comparison.days < parameters.minimum_days:
        why = comparison.cannot_say or f"{comparison.days} days, at least {parameters.minimum_days}"
        missing = f"the difference of {metric} from the champion ({why})"
        return Unproven(missing=missing, remedy="compare on more days that both have scored")
    if comparison.low is None or comparison.high is None:
        missing = f"the interval of the difference of {metric}"
        return Unproven(missing=missing, remedy="compare on more days that both have scored")
    span = f"{metric} differs by {comparison.low:+.4f} to {comparison.high:+.4f}"
    if comparison.low > parameters.bar:
        return Passed(because=f"{span}, above {parameters.bar:+g} throughout")
    return _not_shown(span, comparison.high, parameters)


def _not_shown(span: str, high: float, parameters: ChampionComparisonParameters) -> Verdict:
    if high <= parameters.bar:
        return Failed(
            reason=f"{span}: not above {parameters.bar:+g} anywhere",
            remedy="keep the champion, or ask for a waiver with a reason and a date",
        )
    return Unproven(
        missing=f"that the version is {parameters.demand} than the champion: {span}, on both sides of "
        f"{parameters.bar:+g}",
        remedy="compare on more days, or ask for a waiver with a reason and a date",
    )


GATE: Gate[ChampionComparisonParameters] = Gate("champion_comparison", ChampionComparisonParameters, judge)
