"""Gate: the roles that the standard requires approved the version for this environment and use; the approval is valid.

Source: SR 26-2 §VI.1 and SR 11-7 §VI.3 (clear authority to approve, conflicts of interest managed), §IV.2 (use
within purpose); 21 CFR 11.50 (name, time and meaning of a signature).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from data.records.approval import ApprovalRequest, Vote
from data.records.evidence import Evidence
from data.records.row import Frozen
from data.records.verdict import Failed, Passed, Unproven, Verdict
from gates.approval_rule import ApprovalRule, rule_for
from gates.contract import Criterion, Gate
from gates.independence import makers, person_id

ASK = "run `modelward deploy` to request approval again"
DECIDE = "have the eligible approvers decide in the waiting run"
YES = ("approve", "approve with conditions")


class SignOffParameters(Frozen):
    """`approvals` are the rules of the standard; with `apart_from_validator`, the validator cannot approve."""

    approvals: tuple[ApprovalRule, ...] = ()
    apart_from_validator: bool = False


def judge(parameters: SignOffParameters, evidence: Evidence, now: datetime) -> list[Criterion]:
    """Return six criteria on the approval request: subject, use, roles, signatures, independence and validity.

    Source: SR 11-7 §VI.3.
    """
    request = evidence.request
    if request is None:
        return [Criterion("request", Unproven(missing="an approval request", remedy=ASK))]
    votes = [one for one in evidence.votes if one.request == request.key]
    return [
        Criterion("subject", _subject(request, evidence)),
        Criterion("use", _use(request, evidence)),
        Criterion("roles requested", _roles_requested(request, parameters, evidence)),
        Criterion("roles signed", _signed(request, votes)),
        Criterion("independence", _independence(request, votes, parameters, evidence)),
        Criterion("in force", _in_force(request, now)),
    ]


def _subject(request: ApprovalRequest, evidence: Evidence) -> Verdict:
    version = evidence.version
    if (request.subject, request.purpose) != (version.key, "deploy"):
        return Failed(reason=f"the request is to {request.purpose} {request.subject}", remedy=ASK)
    if request.artifact_digest != version.artifact.digest:
        return Failed(
            reason="the request refers to an artifact with another digest than that of the version", remedy=ASK
        )
    return Passed(because=f"to deploy {version.key} with its artifact")


def _use(request: ApprovalRequest, evidence: Evidence) -> Verdict:
    approved, actual = (request.environment, request.use), (evidence.environment, evidence.use)
    if approved != actual:
        reason = f"approval was requested for {approved[0]} ({approved[1]}), not for {actual[0]} ({actual[1]})"
        return Failed(reason=reason, remedy=ASK)
    if request.use in evidence.model.prohibited_uses:
        return Failed(
            reason=f"{request.use} is a prohibited use of this model", remedy="deploy it for one of its intended uses"
        )
    return Passed(because=f"for {request.use or 'the purpose of the model'} in {request.environment}")


def _roles_requested(request: ApprovalRequest, parameters: SignOffParameters, evidence: Evidence) -> Verdict:
    change = evidence.version.change.change_class
    rule = rule_for(parameters.approvals, evidence.model.tier, change, evidence.environment)
    if rule is None:
        missing = f"an approval rule for tier {evidence.model.tier}, {change}, {evidence.environment}"
        return Unproven(missing=missing, remedy="add the rule to the standard under `approvals`")
    requested = {one.role: one.count for one in request.required}
    short = [f"{count} {role}" for role, count in rule.roles.items() if requested.get(role, 0) < count]
    if short:
        return Failed(reason=f"the standard demands {', '.join(short)}; the request requires fewer", remedy=ASK)
    return Passed(because=", ".join(f"{count} {role}" for role, count in requested.items()))


def _signed(request: ApprovalRequest, votes: Sequence[Vote]) -> Verdict:
    against = [vote for vote in votes if vote.decision in ("reject", "return for changes")]
    if against:
        reason = f"{against[0].person} decided: {against[0].decision}"
        return Failed(
            reason=reason, remedy="resolve the objection, then run `modelward deploy` to request approval again"
        )
    first = {person_id(vote.person): vote for vote in reversed(votes) if vote.decision in YES}
    signed = Counter(vote.role for vote in first.values())
    short = [f"{one.count - signed[one.role]} {one.role}" for one in request.required if signed[one.role] < one.count]
    if short or not request.required:
        missing = f"signatures: {', '.join(short)}" if short else "a role that the request requires"
        return Unproven(missing=missing, remedy=DECIDE if short else ASK)
    return Passed(because=f"signed by {', '.join(sorted(first))}")


def _independence(
    request: ApprovalRequest, votes: Sequence[Vote], parameters: SignOffParameters, evidence: Evidence
) -> Verdict:
    excluded = makers(evidence.version) | {person_id(one) for one in (*request.contributors, request.requester)}
    if parameters.apart_from_validator:
        excluded |= {person_id(one.validator) for one in evidence.validations}
    signers = {person_id(vote.person) for vote in votes if vote.decision in YES}
    if not signers:
        return Unproven(missing="a signature", remedy=DECIDE)
    if signers.isdisjoint(excluded):
        return Passed(because="no signer is excluded: contributor, requester, or validator where the standard says so")
    signed = ", ".join(sorted(signers & excluded))
    reason = f"{signed} may not approve as contributor, requester or validator of the version"
    return Failed(reason=reason, remedy="run `modelward deploy` again and have an independent person approve")


def _in_force(request: ApprovalRequest, now: datetime) -> Verdict:
    if request.state == "pending":
        return Unproven(missing="a decision on the request", remedy=DECIDE)
    if request.state != "approved":
        return Failed(reason=f"the request is {request.state}", remedy=ASK)
    if request.valid_until is None:
        return Unproven(missing="the end date of the approval", remedy=ASK)
    if now < request.valid_until:
        return Passed(because=f"valid until {request.valid_until:%Y-%m-%d}")
    return Failed(reason=f"the approval ended on {request.valid_until:%Y-%m-%d}", remedy=ASK)


GATE: Gate[SignOffParameters] = Gate("sign_off", SignOffParameters, judge)
