"""Judges the events about validations, findings, waivers and reviews: who signed them, in which role, how far from
the work."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case, ImpossibleEventError
from data.audit.verifier.judges.independence import evidence_digest, require_independent
from data.audit.verifier.judges.moves import require_review_move
from data.audit.verifier.judges.proofs import grants_held, principal_of, require_active, require_code, roles_held
from data.audit.verifier.judges.rows import Values
from data.audit.verifier.judges.versions import require_revoked

CONCLUSIONS = {"fit": "validated", "fit with conditions": "validated", "not fit": "rejected"}
WAIVER_SIGNERS = ("approver", "risk-acceptor")


def judge_validation(case: Case) -> None:
    """An independent validator's conclusion on the present evidence; the version is validated or rejected."""
    row = case.created("validation")
    version = case.need("version", row["version"])
    case.require_values(row, key=case.subject, validator=case.actor)
    case.require(row["key"].startswith(f"{version['key']}/validations/"), f"{row['key']} is not a validation of it")
    case.pin(row, "concluded_at")
    case.require(version["review_state"] != "registered", f"{version['key']} was never judged")
    digest = evidence_digest(case, version)
    case.require_values(row, evidence_digest=digest)
    case.require(case.refs.get("evidence_set") == digest, "it refers to other evidence")
    principal = require_signer(case, version, ("validator",))
    conclusion = row["conclusion"]
    case.require(conclusion in CONCLUSIONS, f"the conclusion is {conclusion!r}")
    expected = {"conclusion": conclusion} | ({"deputy_of": principal} if principal else {})
    case.require(case.data == expected, f"its data are not {expected}")
    require_code(case, "conclude validation")
    to = CONCLUSIONS[conclusion]
    require_review_move(case, version, to, f"validation: {conclusion}" if to == "rejected" else "")
    if principal:
        case.state.represented[row["key"]] = principal


def judge_finding_opened(case: Case) -> None:
    """A new finding with an owner on the roster and a due date in the future."""
    row = case.created("finding")
    version = case.need("version", row["version"])
    case.require_values(row, key=case.subject, state="open", raised_by=case.actor, answered_by=None, closed_by=None)
    case.require(row["key"].startswith(f"{version['key']}/findings/"), f"{row['key']} is not a finding on it")
    case.require(row["origin"] != "condition", "only a vote opens a finding of origin condition")
    case.require(case.pin(row, "raised_at") < row["due_at"], "the finding was due before it was raised")
    require_active(case, row["owner"])


def judge_finding_answered(case: Case) -> None:
    """The owner's answer to an open or disputed finding."""
    before, after = _finding(case, "open", "disputed")
    case.require(case.actor == before["owner"], f"{case.actor} does not own the finding")
    case.require_values(after, state="answered", answered_by=case.actor)
    case.pin(after, "answered_at")


def judge_finding_disputed(case: Case) -> None:
    """The answer to a finding is disputed by the person who raised it or a validator."""
    before, after = _finding(case, "answered")
    case.require(case.actor != before["owner"], f"{case.actor} owns the finding and cannot dispute its answer")
    _require_judge(case, before)
    case.require_values(after, state="disputed")


def judge_finding_closed(case: Case) -> None:
    """A finding is closed with a code by the person who raised it or a validator, independent of the version."""
    before, after = _finding(case, "answered", "disputed")
    is_party = case.actor in (before["owner"], before["answered_by"])
    case.require(not is_party, f"{case.actor} owns or answered the finding and cannot close it")
    _require_judge(case, before)
    require_independent(case, case.actor, case.need("version", before["version"]))
    case.require_values(after, state="closed", closed_by=case.actor)
    case.pin(after, "closed_at")
    require_code(case, "close finding")


def judge_waiver_requested(case: Case) -> None:
    """A requested waiver that ends in the future."""
    row = case.created("waiver")
    version = case.need("version", row["version"])
    case.require(version["review_state"] not in ("rejected", "retired"), f"{version['key']} is out of use")
    case.require_values(row, key=case.subject, state="requested", requester=case.actor, approver=None, granted_at=None)
    case.require(row["key"].startswith(f"{version['key']}/waivers/"), f"{row['key']} is not a waiver for it")
    case.require(case.pin(row, "requested_at") < row["expires_at"], "the waiver ended before it was requested")
    case.require(row["control"].strip() and row["reason"].strip(), "the waiver has no control or no reason")


def judge_waiver_decided(case: Case) -> None:
    """A waiver is granted or refused by an approver or risk acceptor, independent of version and requester."""
    before, after = _waiver(case, "requested")
    granted = case.type == "waiver.granted"
    case.require_values(after, state="granted" if granted else "refused", approver=case.actor)
    case.pin(after, "granted_at" if granted else "ended_at")
    case.require(case.moment.before(before["expires_at"]), "the requested end of the waiver had passed")
    require_signer(case, case.need("version", before["version"]), WAIVER_SIGNERS, before["requester"])
    require_code(case, "decide waiver")


def judge_waiver_revoked(case: Case) -> None:
    """A granted waiver is revoked by a person who could grant it, and with it the approval that used it."""
    before, after = _waiver(case, "granted")
    case.require_values(after, state="revoked", ended_reason=case.data.get("reason"))
    case.pin(after, "ended_at")
    version = case.need("version", before["version"])
    require_signer(case, version, WAIVER_SIGNERS)
    require_code(case, "revoke waiver")
    require_revoked(case, version, before, f"waiver of {before['control']} revoked: {case.data.get('reason')}")


def judge_waiver_expired(case: Case) -> None:
    """A waiver whose time is over, and with it the approval that used it."""
    before, after = _waiver(case, "granted", "requested")
    case.require_values(after, state="expired")
    case.pin(after, "ended_at")
    case.require(case.moment.reached(before["expires_at"]), f"the waiver ends at {before['expires_at']}, not before")
    require_revoked(case, case.need("version", before["version"]), before, f"waiver of {before['control']} expired")


def judge_review_completed(case: Case) -> None:
    """An open review is completed by an owner or validator of the model, with a code."""
    before, after = case.need("review", case.subject), case.change("review", case.subject)
    case.require(before["state"] == "open", "the review was completed before")
    case.require_values(after, state="completed", completed_by=case.actor)
    case.pin(after, "completed_at")
    model = case.need("model", before["model"])
    held = roles_held(case, case.actor, ("owner", "validator"), model)
    case.require(held, f"{case.actor} held neither the role owner nor validator for {model['key']}")
    require_code(case, "complete review")


def require_signer(case: Case, version: Values, roles: tuple[str, ...], *others: str) -> str | None:
    """Check the actor's role for a version and their independence; return the person they represent, if any.

    For a deputy, one of the represented people must be independent too.
    """
    require_active(case, case.actor)
    model = case.need("model", version["model"])
    held = roles_held(case, case.actor, roles, model)
    where = f"for team {model['team']} and tier {model['tier']}"
    case.require(held, f"{case.actor} did not hold the role {' or '.join(roles)} {where}")
    require_independent(case, case.actor, version, *others)
    if principal_of(held) is None:
        return None
    refused: list[ImpossibleEventError] = []
    for principal in sorted({one["deputy_of"] for one in held}):
        try:
            require_independent(case, principal, version, *others)
        except ImpossibleEventError as reason:
            refused.append(reason)
        else:
            return str(principal)
    raise refused[0]


def _finding(case: Case, *states: str) -> tuple[Values, Values]:
    before = case.need("finding", case.subject)
    case.require(before["state"] in states, f"the finding was {before['state']}, not {' or '.join(states)}")
    return before, case.change("finding", case.subject)


def _waiver(case: Case, *states: str) -> tuple[Values, Values]:
    before = case.need("waiver", case.subject)
    case.require(before["state"] in states, f"the waiver was {before['state']}, not {' or '.join(states)}")
    return before, case.change("waiver", case.subject)


def _require_judge(case: Case, finding: Values) -> None:
    model = case.need("model", case.need("version", finding["version"])["model"])
    is_validator = bool(grants_held(case, case.actor, "validator", model["team"], model["tier"]))
    may = case.actor == finding["raised_by"] or is_validator
    case.require(may, f"{case.actor} neither raised the finding nor was a validator")
