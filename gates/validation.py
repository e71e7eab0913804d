"""Did somebody independent and competent conclude that the version is fit for its use?

Source: SR 26-2 §III, §V and SR 11-7 §III, §V (validation before first use, effective challenge by people who did
not build it); PRA SS1/23 P4.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.review import Validation
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from gates.contract import Criterion, Gate
from gates.independence import makers, person_id

ASK = "ask a validator who did not work on this version for a conclusion"


class ValidationParameters(Frozen):
    """What the conclusion must say, at least this many words (a count) each: scope, limitations, competence."""

    minimum_words: Annotated[int, Field(ge=1)] = 1


def judge(parameters: ValidationParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """The newest validation: its conclusion, the validator's independence, the stated scope, limits and competence.

    Source: SR 11-7 §V, §VI.7.
    """
    newest = max(evidence.validations, key=lambda one: one.number, default=None)
    if newest is None:
        return [Criterion("conclusion", Unproven(missing="an independent validator's conclusion", remedy=ASK))]
    statements = {"scope": newest.scope, "limitations": newest.limitations, "competence": newest.competence}
    return [
        Criterion("conclusion", _conclusion(newest), evidence=(newest.evidence_digest,)),
        Criterion("independence", _independence(newest, makers(evidence.version))),
        *(_stated(name, text, parameters.minimum_words) for name, text in statements.items()),
    ]


def _conclusion(validation: Validation) -> Verdict:
    if validation.conclusion in ("fit", "fit with conditions"):
        return Passed(because=f"{validation.validator} concluded: {validation.conclusion}")
    return Failed(
        reason=f"{validation.validator} concluded: {validation.conclusion}",
        remedy="resolve what the validator found and register a changed version",
    )


def _independence(validation: Validation, excluded: frozenset[str]) -> Verdict:
    validator = person_id(validation.validator)
    if validator and excluded and validator not in excluded:
        return Passed(because=f"{validation.validator} did not work on this version")
    if excluded:
        return Failed(reason=f"{validation.validator or 'nobody'} worked on this version or is unnamed", remedy=ASK)
    return Unproven(missing="who worked on this version", remedy="register the version with its contributors")


def _stated(name: str, text: str, minimum: int) -> Criterion:
    words = len(text.split())
    verdict: Verdict = Passed(because=f"{words} words")
    if not words >= minimum:
        reason = f"the validation says {words} words on its {name}; at least {minimum}"
        verdict = Failed(reason=reason, remedy=f"have the validator conclude again and state the {name}")
    return Criterion(f"stated {name}", verdict, float(words), float(minimum))


GATE: Gate[ValidationParameters] = Gate("validation", ValidationParameters, judge)
