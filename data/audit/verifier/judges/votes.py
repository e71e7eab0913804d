"""Judges a vote on an approval request again: the voter, the statement, the count, and what follows from it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from data.audit.verifier.canonical import write
from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.independence import is_one_of, require_independent, sha256_of
from data.audit.verifier.judges.moment import shifted
from data.audit.verifier.judges.moves import require_review_move
from data.audit.verifier.judges.proofs import active_credential, is_active, require_active, require_code, roles_held
from data.audit.verifier.judges.requests import RequestSubject, require_deployable, subject_of
from data.audit.verifier.judges.rows import Values, natural

APPROVING = ("approve", "approve with conditions")
CLOSING = {"reject": "rejected", "return for changes": "returned"}
DECISIONS = (*APPROVING, *CLOSING, "recuse")


def judge_decided(case: Case) -> None:
    """Check a vote in the order of the rule: the request, the digests, the voter, the code, the count, the effects."""
    request, vote = case.need("approval_request", case.subject), case.created("vote")
    now = case.pin(vote, "decided_at")
    case.require(request["state"] == "pending", f"the request was {request['state']}, not pending")
    case.require(now < request["expires_at"], f"the request expired at {request['expires_at']}")
    case.require(not request["run_id"] or case.run in ("", request["run_id"]), f"the vote came from run {case.run}")
    subject = subject_of(case, request["purpose"], request["subject"])
    _check_digests(case, request, subject)
    _check_answer(case, request, vote)
    _check_voter(case, request, subject, vote)
    _check_statement(case, request, subject, vote)
    counted = [*_counted(case, request), vote]
    settled = outcome(request, counted, now)
    case.require(case.data.get("outcome") == settled, f"the votes give the outcome {settled}")
    require_code(case, "decide")
    _check_request(case, request, counted, settled, now)
    _check_version(case, request, subject, counted, settled, now)
    _check_findings(case, subject, counted if settled == "approved" else [], now)
    _check_release(case, request, counted if settled == "approved" else [])


def outcome(request: Values, votes: list[Values], now: str) -> str:
    """Return the outcome of a request; the first vote that rejects or returns it, or completes it, settles it."""
    given: list[Values] = []
    for vote in sorted(votes, key=lambda one: (one["decided_at"], one["key"])):
        if vote["decided_at"] > now or vote["decided_at"] >= request["expires_at"]:
            continue
        if vote["decision"] in CLOSING:
            return CLOSING[vote["decision"]]
        given.append(vote)
        if is_complete(request["required"], given):
            return "approved"
    return "pending"


def is_complete(required: list[dict[str, Any]], votes: list[Values]) -> bool:
    """Return True if every required role has its signatures; people, credentials and principals count once each."""
    needed: Counter[str] = Counter()
    for requirement in required:
        needed[requirement["role"]] += max(requirement["count"], 1)
    people = {vote["person"] for vote in votes if vote["decision"] == "recuse"}
    credentials: set[str] = set()
    signed: Counter[str] = Counter()
    for vote in votes:
        if vote["decision"] in APPROVING and not people_behind(vote) & people and vote["credential"] not in credentials:
            signed[vote["role"]] += 1
            people |= people_behind(vote)
            credentials.add(vote["credential"])
    return bool(needed) and all(signed[role] >= count for role, count in needed.items())


def people_behind(vote: Values) -> set[str]:
    """Return the person who gave a vote and the person they represent, if any."""
    return {vote["person"], vote["deputy_of"]} - {None}


def _counted(case: Case, request: Values) -> list[Values]:
    """Return the votes before this one that still count: an approving vote of a removed person no longer does."""
    votes = case.state.find("vote", request=request["key"])
    return [one for one in votes if one["decision"] not in APPROVING or not _is_removed(case, one["person"])]


def _is_removed(case: Case, person: str) -> bool:
    return case.state.get("person", f"people/{person}") is not None and not is_active(case, person)


def _check_digests(case: Case, request: Values, subject: RequestSubject) -> None:
    artifact = subject.version["artifact"]["digest"]
    case.require(artifact == request["artifact_digest"], f"the artifact of {subject.version['key']} is {artifact}")
    if request["purpose"] == "deploy":
        require_deployable(case, subject.version, request["evidence_digest"])
    if request["purpose"] == "release":
        live = case.state.find("deployment", request=request["key"])
        case.require(live and live[-1]["state"] == "deployed", "the emergency release did not serve")
    bound = {"evidence_set": request["evidence_digest"], "standards": request["standards_digest"]}
    found = {name: case.refs.get(name) for name in bound}
    case.require(found == bound, "it refers to other evidence or standards than the request")


def _check_answer(case: Case, request: Values, vote: Values) -> None:
    case.require_values(vote, request=request["key"], proof="totp")
    case.require(vote["key"].startswith(f"{request['key']}/votes/"), f"{vote['key']} is no vote on the request")
    case.require(vote["decision"] in DECISIONS, f"the decision is {vote['decision']!r}")
    case.require(vote["meaning"].strip(), "the meaning of the signature is empty")
    conditional = vote["decision"] == "approve with conditions"
    case.require(conditional == bool(vote["conditions"]), "conditions and decision contradict each other")
    late = [one for one in vote["conditions"] if one["due_at"] <= vote["decided_at"]]
    case.require(not late, "the due date of a condition is before the vote")


def _check_voter(case: Case, request: Values, subject: RequestSubject, vote: Values) -> None:
    person, role = vote["person"], vote["role"]
    case.require(case.actor == person, f"the vote of {person} was given by {case.actor}")
    row = require_active(case, person)
    case.require_values(vote, printed_name=row["name"], credential=(active_credential(case, person) or {}).get("key"))
    held = roles_held(case, person, (role,), subject.model, request["environment"], request["tier"])
    where = f"for team {subject.model['team']}, tier {request['tier']}, {request['environment']}"
    as_deputy = f" as deputy of {vote['deputy_of']}" if vote["deputy_of"] else ""
    is_held = vote["deputy_of"] in {one["deputy_of"] for one in held}
    case.require(is_held, f"{person} did not hold the role {role}{as_deputy} {where}")
    case.require(role in {one["role"] for one in request["required"]}, f"the request does not require the role {role}")
    for signer in sorted(people_behind(vote)):
        behind = require_active(case, signer)
        require_independent(case, signer, subject.version, request["requester"])
        excluded = is_one_of(behind, request["contributors"])
        case.require(not excluded, f"{signer} is one of those who may not sign the request")
    for earlier in case.state.find("vote", request=request["key"]):
        shared = people_behind(vote) & people_behind(earlier)
        case.require(not shared, f"a vote by or for {', '.join(sorted(shared))} was recorded before")


def _check_statement(case: Case, request: Values, subject: RequestSubject, vote: Values) -> None:
    becomes = subject.state
    if vote["decision"] in APPROVING:
        becomes = "ratified" if request["purpose"] in ("release", "ratify") else "approved"
    elif vote["decision"] == "reject":
        becomes = "rejected"
    stated = {
        "type": "modelward approval statement v1",
        "log": case.log,
        "request_id": request["key"],
        "request_sha256": request["request_digest"],
        "from": subject.state,
        "to": becomes,
        "evidence_sha256": request["evidence_digest"],
        "standard_sha256": request["standards_digest"],
        "artifact_sha256": request["artifact_digest"],
        "approver": vote["person"],
        "issued_at": vote["decided_at"],
        "expires_at": request["expires_at"],
        **{name: request[name] for name in ("nonce", "subject", "purpose", "environment", "slot", "use")},
        **{name: vote[name] for name in ("decision", "conditions", "meaning", "deputy_of", "role", "comment")},
    }
    found = case.data.get("statement")
    differ = sorted(name for name in stated if not isinstance(found, dict) or found.get(name) != stated[name])
    case.require(found == stated, f"the statement differs from request and vote in {', '.join(differ) or 'its fields'}")
    digest = sha256_of(write(stated))
    case.require_values(vote, statement_digest=digest)
    case.require(case.data.get("statement_digest") == digest, f"the digest of the statement is {digest}")


def _check_request(case: Case, request: Values, votes: list[Values], settled: str, now: str) -> None:
    after = case.change("approval_request", request["key"])
    if settled == "pending":
        case.require_values(after, **{name: request[name] for name in ("state", "decided_at", "valid_until", "reason")})
        return
    case.require_values(after, state=settled, decided_at=now)
    if settled == "approved":
        until = shifted(now, timedelta(days=request["approval_days"]))
        case.require_values(after, valid_until=until, reason=request["reason"])
    else:
        case.require_values(after, valid_until=request["valid_until"], reason=_reason(votes))


def _check_version(
    case: Case, request: Values, subject: RequestSubject, votes: list[Values], settled: str, now: str
) -> None:
    version = subject.version
    if request["purpose"] == "deploy" and settled == "approved":
        after = require_review_move(case, version, "approved")
        until = shifted(now, timedelta(days=request["approval_days"]))
        if version["review_state"] == "approved" and version["valid_until"]:
            until = max(until, version["valid_until"])
        case.require_values(after, valid_until=until)
    elif request["purpose"] == "deploy" and settled == "rejected" and version["review_state"] != "approved":
        after = require_review_move(case, version, "rejected", _reason(votes))
        case.require_values(after, valid_until=version["valid_until"])
    else:
        case.require(not case.written("version"), "it changes a version that the vote does not decide about")


def _check_findings(case: Case, subject: RequestSubject, votes: list[Values], now: str) -> None:
    conditions = [(vote, one) for vote in votes for one in vote["conditions"]]
    findings = case.new("finding")
    case.require(len(findings) == len(conditions), f"{len(conditions)} conditions give {len(findings)} findings")
    for finding, (vote, condition) in zip(findings, conditions, strict=True):
        expected = {"text": condition["text"], "due_at": condition["due_at"], "raised_by": vote["person"]}
        expected |= {"version": subject.version["key"], "owner": subject.model["owner"], "raised_at": now}
        case.require_values(finding, severity="medium", origin="condition", state="open", **expected)


def _check_release(case: Case, request: Values, votes: list[Values]) -> None:
    if request["purpose"] != "release" or not votes:
        case.require(not case.written("deployment"), "it changes a deployment that the vote does not decide about")
        case.require(not case.written("incident"), "it changes an incident that the vote does not decide about")
        return
    live = max(case.state.find("deployment", request=request["key"]), key=lambda one: natural(one["key"]))
    people = dict.fromkeys(one["person"] for one in votes if one["decision"] in APPROVING)
    case.require_values(case.change("deployment", live["key"]), ratified_by=", ".join(people))
    expected = {one["key"] for one in case.state.find("incident", deployment=live["key"]) if one["state"] == "open"}
    incidents = case.changed("incident")
    case.require({one["key"] for one in incidents} == expected, "it changes other incidents than those of the release")
    for incident in incidents:
        case.require_values(incident, state="acknowledged")


def _reason(votes: list[Values]) -> str:
    return str(votes[-1]["comment"] or votes[-1]["meaning"])
