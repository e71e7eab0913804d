"""Gate: every waiver in use has a reason, an end, and an approver other than its requester.

Source: SR 11-7 §V and SR 26-2 §V (use before validation is temporary, with its limits known), SR 11-7 §VI.3, §VI.7
(exceptions are approved, tracked and end).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.review import Waiver
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Verdict
from gates.contract import Criterion, Gate
from gates.independence import makers, person_id

NEW_WAIVER = "request a new waiver"


class WaiversParameters(Frozen):
    """The longest duration of a waiver in days from its request, and the minimum number of words of its reason."""

    maximum_days: Annotated[int, Field(ge=1)]
    minimum_words: Annotated[int, Field(ge=1)] = 3


def judge(parameters: WaiversParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each waiver in use; a refused, revoked or expired waiver is not in use.

    Source: SR 11-7 §VI.7.
    """
    used = [one for one in evidence.waivers if in_use(one, now)]
    if not used:
        return [Criterion("waivers", Passed(because="no waiver is in use"))]
    excluded = makers(evidence.version)
    return [Criterion(f"waiver {one.number} of {one.control}", _verdict(one, parameters, excluded)) for one in used]


def in_use(waiver: Waiver, now: datetime) -> bool:
    """Return True if a waiver is granted and has not expired."""
    return waiver.state == "granted" and now < waiver.expires_at


def independent(waiver: Waiver) -> bool:
    """Return True if a person other than the requester granted the waiver."""
    approver = person_id(waiver.approver or "")
    return bool(approver) and approver != person_id(waiver.requester)


def _verdict(waiver: Waiver, parameters: WaiversParameters, excluded: frozenset[str]) -> Verdict:
    if not independent(waiver):
        granted = f"was granted by {waiver.approver}, who requested it" if waiver.approver else "has no known approver"
        reason = f"waiver {waiver.number} {granted}"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} and have an independent person grant it")
    if person_id(waiver.approver or "") in excluded:
        reason = f"waiver {waiver.number} was granted by {waiver.approver}, who worked on this version"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} and have an independent person grant it")
    words = len(waiver.reason.split())
    if words < parameters.minimum_words:
        reason = f"the reason of waiver {waiver.number} is too short ({words} of {parameters.minimum_words} words)"
        return Failed(
            reason=reason, remedy=f"{NEW_WAIVER} that says why the control may be waived and what replaces it"
        )
    length = waiver.expires_at - waiver.requested_at
    if not length <= timedelta(days=parameters.maximum_days):
        reason = (
            f"waiver {waiver.number} has a duration of {length.days} days; the maximum is {parameters.maximum_days}"
        )
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} with an earlier end date")
    return Passed(because=f"granted by {waiver.approver} until {waiver.expires_at:%Y-%m-%d}")


GATE: Gate[WaiversParameters] = Gate("waivers", WaiversParameters, judge, absence="no control was waived")
