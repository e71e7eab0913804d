"""Does every waiver in use have a reason, an end, and an approver other than the one who asked for it?

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

NEW_WAIVER = "ask for a new waiver"


class WaiversParameters(Frozen):
    """The longest a waiver may run, in days from the request; the fewest words (a count) of its reason."""

    maximum_days: Annotated[int, Field(ge=1)]
    minimum_words: Annotated[int, Field(ge=1)] = 3


def judge(parameters: WaiversParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """One criterion a waiver in use; refused, revoked and expired ones set nothing aside.

    Source: SR 11-7 §VI.7.
    """
    used = [one for one in evidence.waivers if in_use(one, now)]
    if not used:
        return [Criterion("waivers", Passed(because="no waiver is in use"))]
    excluded = makers(evidence.version)
    return [Criterion(f"waiver {one.number} of {one.control}", _verdict(one, parameters, excluded)) for one in used]


def in_use(waiver: Waiver, now: datetime) -> bool:
    """True for a waiver granted and not past its end."""
    return waiver.state == "granted" and now < waiver.expires_at


def independent(waiver: Waiver) -> bool:
    """True when somebody granted it who did not ask for it."""
    approver = person_id(waiver.approver or "")
    return bool(approver) and approver != person_id(waiver.requester)


def _verdict(waiver: Waiver, parameters: WaiversParameters, excluded: frozenset[str]) -> Verdict:
    if not independent(waiver):
        granted_by = waiver.approver or "nobody known"
        reason = f"waiver {waiver.number} was granted by {granted_by}, who may not be its requester"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} and have somebody else grant it")
    if person_id(waiver.approver or "") in excluded:
        reason = f"waiver {waiver.number} was granted by {waiver.approver}, who worked on this version"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} and have somebody else grant it")
    words = len(waiver.reason.split())
    if words < parameters.minimum_words:
        reason = f"the reason of waiver {waiver.number} has {words} words; at least {parameters.minimum_words}"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} that says why the control may wait and what replaces it")
    length = waiver.expires_at - waiver.requested_at
    if not length <= timedelta(days=parameters.maximum_days):
        reason = f"waiver {waiver.number} runs {length.days} days; at most {parameters.maximum_days}"
        return Failed(reason=reason, remedy=f"{NEW_WAIVER} that ends sooner")
    return Passed(because=f"granted by {waiver.approver} until {waiver.expires_at:%Y-%m-%d}")


GATE: Gate[WaiversParameters] = Gate("waivers", WaiversParameters, judge, absence="nothing was set aside")
