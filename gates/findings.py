"""Gate: every finding of a blocking severity is closed, by a person other than its owner.

Source: SR 26-2 §VI.3 and SR 11-7 §VI.3, §VI.7 (findings, responses and remediation are tracked to their end).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from data.records.evidence import Evidence
from data.records.review import Finding, Severity
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Verdict
from gates.contract import Criterion, Gate
from gates.independence import person_id


class FindingsParameters(Frozen):
    """The severities that block until the finding is closed; with `overdue_blocks`, any overdue finding blocks."""

    blocking: Annotated[tuple[Severity, ...], Field(min_length=1)] = (Severity.HIGH, Severity.CRITICAL)
    overdue_blocks: bool = True


def judge(parameters: FindingsParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return one criterion for each finding.

    A finding that comes from a condition of an approval blocks only when it is overdue. Source: SR 11-7 §VI.7.
    """
    if not evidence.findings:
        return [Criterion("findings", Passed(because="no finding was raised on this version"))]
    return [Criterion(f"finding {one.number}", _verdict(one, parameters, now)) for one in evidence.findings]


def _verdict(finding: Finding, parameters: FindingsParameters, now: datetime) -> Verdict:
    what = f"finding {finding.number} ({finding.severity}, {finding.title})"
    if finding.state == "closed":
        return _closure(finding, what)
    late = finding.due_at <= now
    if late and parameters.overdue_blocks:
        return Failed(
            reason=f"{what} was due on {finding.due_at:%Y-%m-%d} and is {finding.state}",
            remedy=_next_step(finding),
        )
    if finding.origin != "condition" and finding.severity in parameters.blocking:
        return Failed(
            reason=f"{what} is {finding.state}; this severity blocks until it is closed",
            remedy=_next_step(finding),
        )
    return Passed(because=f"{what} is {finding.state}, due {finding.due_at:%Y-%m-%d}")


def _next_step(finding: Finding) -> str:
    if finding.state == "answered":
        return f"have a person other than {finding.owner} close the finding"
    return f"have {finding.owner} answer the finding and another person close it"


def _closure(finding: Finding, what: str) -> Verdict:
    closer = person_id(finding.closed_by or "")
    if closer and closer != person_id(finding.owner):
        return Passed(because=f"{what} was closed by {finding.closed_by}")
    return Failed(
        reason=_who_closed(finding, what),
        remedy="raise the finding again and have a person other than its owner close it",
    )


def _who_closed(finding: Finding, what: str) -> str:
    if not finding.closed_by:
        return f"{what} is closed, but the person who closed it is not recorded"
    return f"{what} was closed by {finding.closed_by}, who owns it"


GATE: Gate[FindingsParameters] = Gate("findings", FindingsParameters, judge, absence="no finding was raised")
