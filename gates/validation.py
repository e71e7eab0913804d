"""Gate: an independent and competent person concluded that the version is fit for its use.

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

ASK = "have a validator who did not work on this version record a conclusion"


class ValidationParameters(Frozen):
    """The minimum number of words on each of scope, limitations and competence."""

    minimum_words: Annotated[int, Field(ge=1)] = 1


def judge(parameters: ValidationParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return five criteria on the latest validation: conclusion, independence, scope, limitations and competence.

    Source: SR 11-7 §V, §VI.7.
    """
    latest = max(evidence.validations, key=lambda one: one.number, default=None)
    if latest is None:
        return [Criterion("conclusion", Unproven(missing="an independent validator's conclusion", remedy=ASK))]
    statements = {"scope": latest.scope, "limitations": latest.limitations, "competence": latest.competence}
    return [
        Criterion("conclusion", _conclusion(latest), evidence=(latest.evidence_digest,)),
        Criterion("independence", _independence(latest, makers(evidence.version))),
        *(_stated(name, text, parameters.minimum_words) for name, text in statements.items()),
    ]


def _conclusion(validation: Validation) -> Verdict:
    if validation.conclusion in ("fit", "fit with conditions"):
        return Passed(because=f"{validation.validator} concluded: {validation.conclusion}")
    return Failed(
        reason=f"{validation.validator} concluded: {validation.conclusion}",
        remedy="resolve the faults that the validator found and register a new version",
    )


def _independence(validation: Validation, excluded: frozenset[str]) -> Verdict:
    validator = person_id(validation.validator)
    if validator and excluded and validator not in excluded:
        return Passed(because=f"{validation.validator} did not work on this version")
    if excluded:
        who = f"{validation.validator} worked on this version" if validator else "the validator is not recorded"
        return Failed(reason=who, remedy=ASK)
    return Unproven(missing="the contributors of this version", remedy="register the version with its contributors")


def _stated(name: str, text: str, minimum: int) -> Criterion:
    words = len(text.split())
    verdict: Verdict = Passed(because=_words(words))
    if not words >= minimum:
        reason = f"the validation states its {name} in {_words(words)}; at least {minimum} are needed"
        verdict = Failed(reason=reason, remedy=f"have the validator record a new conclusion and describe the {name}")
    return Criterion(f"stated {name}", verdict, float(words), float(minimum))


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


GATE: Gate[ValidationParameters] = Gate("validation", ValidationParameters, judge)
