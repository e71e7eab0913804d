"""Judges the events that open, expire and withdraw an approval request, and reads what a purpose means.

The digest of a request covers its text as it was opened. The roles that must sign come from the standard, which is a
file: they are taken as the request states them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from data.audit.verifier.canonical import write
from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.independence import (
    contributors_of,
    evidence_digest,
    require_known_contributors,
    sha256_of,
)
from data.audit.verifier.judges.moment import shifted
from data.audit.verifier.judges.proofs import require_code, roles_held
from data.audit.verifier.judges.rows import Values, natural

CHANGED_LATER = {"rev", "request_digest", "state", "decided_at", "valid_until", "reason"}
APPROVABLE = ("assessed", "validated", "approved")
RELEASABLE = ("assessed", "validated", "approved", "expired")
LONGEST_RELEASE = timedelta(hours=720)
REDACTED = "[redacted]"
"""What the writer puts in the place of a secret; by rules 1 after it has computed the digest of a request."""
HASHED_AS_STORED = 2
"""The first rules by which the digest of a request is that of its stored text."""


@dataclass(frozen=True)
class RequestSubject:
    """The version and model that a request is about, and the present state of the request's subject."""

    version: Values
    model: Values
    state: str


def subject_of(case: Case, purpose: str, about: str) -> RequestSubject:
    """Return version, model and present state of the subject of a request. Raises ImpossibleEventError."""
    state = "unratified"
    key = about
    if purpose == "retire":
        row = case.need("retirement", about)
        key, state = row["subject"], row["state"]
    elif purpose == "ratify":
        key = case.need("deployment", about)["version"]
    version = case.need("version", key)
    if purpose == "deploy":
        state = version["review_state"]
    return RequestSubject(version, case.need("model", version["model"]), state)


def request_digest(log: str, request: Values) -> str:
    """Return the digest over a request as it was opened, and the name of the log."""
    question = {name: value for name, value in request.items() if name not in CHANGED_LATER}
    return sha256_of(write({"type": "modelward approval request v1", "log": log, **question}))


def judge_requested(case: Case) -> None:
    """A pending request about the present evidence, artifact and verdicts; an emergency release also needs a code."""
    request = case.created("approval_request")
    subject = subject_of(case, request["purpose"], request["subject"])
    version, model = subject.version, subject.model
    require_known_contributors(case, version)
    now = case.pin(request, "issued_at")
    case.require(request["key"].startswith(f"{version['key']}/requests/"), f"{request['key']} is not a request of it")
    case.require_values(request, key=case.subject, state="pending", decided_at=None, valid_until=None)
    case.require_values(request, requester=case.actor, run_id=case.run, artifact_digest=version["artifact"]["digest"])
    case.require_values(request, tier=model["tier"], change_class=version["change"]["change_class"])
    case.require(now < request["expires_at"], "the request expires before it is opened")
    is_counted = all(one["count"] >= 1 for one in request["required"])
    case.require(request["required"] and is_counted, "the request requires no signature")
    if case.rules >= HASHED_AS_STORED or REDACTED not in write(request):
        case.require_values(request, request_digest=request_digest(case.log, request))
    if request["purpose"] == "release":
        _check_release(case, request, subject)
        return
    case.require(not case.changed("approval_request"), "it changes another request")
    expected = contributors_of(version, case.actor)
    separated = contributors_of(version, case.actor, *validators_of(case, version["key"]))
    case.require(request["contributors"] in (expected, separated), "its contributors are not those of the version")
    if request["purpose"] == "deploy":
        require_deployable(case, version, request["evidence_digest"])
        verdicts = fresh_verdicts(case, version, request["evidence_digest"], "approve", "deploy")
        case.require_values(request, verdict_set=verdicts["key"], environment=verdicts["environment"])
        case.require_values(request, standards_digest=verdicts["standards_digest"])


def judge_expired(case: Case) -> None:
    """A pending request whose time is over."""
    before, after = _pending(case)
    case.require(case.moment.reached(before["expires_at"]), f"it expires at {before['expires_at']}, not before")
    case.require_values(after, state="expired")
    case.pin(after, "decided_at")


def judge_withdrawn(case: Case) -> None:
    """A pending request that is withdrawn."""
    _, after = _pending(case)
    case.require_values(after, state="withdrawn", reason=case.data.get("reason"))
    case.pin(after, "decided_at")


def validators_of(case: Case, version: str) -> list[str]:
    """Return everybody who validated a version: each validator, and the person that the validator represented."""
    names = []
    for validation in case.state.find("validation", version=version):
        names += [validation["validator"], case.state.represented.get(validation["key"], "")]
    return [name for name in names if name]


def require_deployable(case: Case, version: Values, digest: str) -> None:
    """Raise ImpossibleEventError unless a version could be approved: its state, the evidence and its verdicts."""
    state = version["review_state"]
    case.require(state in APPROVABLE, f"{version['key']} is {state} and cannot be approved")
    found = evidence_digest(case, version)
    case.require(found == digest, f"the evidence on {version['key']} has the digest {found}, not {digest}")
    require_valid_waivers(case, fresh_verdicts(case, version, found, "approve", "deploy"))


def fresh_verdicts(case: Case, version: Values, digest: str, *stages: str) -> Values:
    """Return the latest verdict set of a version at these stages; it must be cleared and about this evidence."""
    key = version["key"]
    found = [one for one in case.state.find("verdict_set", version=key) if one["stage"] in stages]
    case.require(found, f"{key} was never judged at stage {' or '.join(stages)}")
    verdicts = max(found, key=lambda one: natural(one["key"]))
    case.require(verdicts["evidence_digest"] == digest, f"the verdicts on {key} are about other evidence")
    case.require(verdicts["cleared"], f"{key} has controls that are not cleared")
    return verdicts


def require_valid_waivers(case: Case, verdicts: Values) -> None:
    """Raise ImpossibleEventError when a waiver that verdicts use had ended."""
    for judgement in verdicts["judgements"]:
        waiver = case.state.get("waiver", judgement.get("waived_by"))
        if waiver is not None:
            holds = waiver["state"] == "granted" and case.moment.before(waiver["expires_at"])
            case.require(holds, f"the waiver {waiver['key']} had ended")


def require_releasable(case: Case, version: Values) -> None:
    """Raise ImpossibleEventError unless a version could be released in an emergency."""
    state = version["review_state"]
    case.require(state in RELEASABLE, f"{version['key']} is {state} and cannot be released in an emergency")
    require_unblocked(case, version["key"])


def require_unblocked(case: Case, version: str) -> None:
    """Raise ImpossibleEventError when an unresolved incident blocked a version."""
    blocking = [one for one in case.state.find("incident", version=version) if one["blocking"]]
    open_now = [one["key"] for one in blocking if one["state"] != "resolved"]
    case.require(not open_now, f"the open incident {', '.join(open_now)} blocked {version}")


def _check_release(case: Case, request: Values, subject: RequestSubject) -> None:
    version, model = subject.version, subject.model
    longest = shifted(request["issued_at"], LONGEST_RELEASE)
    case.require(request["expires_at"] <= longest, "an emergency release lasts at most 720 hours")
    case.require(model["state"] == "active", f"{model['key']} is retired")
    case.require(request["use"] in model["intended_uses"], f"{request['use']!r} is no use of {model['key']}")
    require_releasable(case, version)
    earlier = [
        one for one in case.state.find("approval_request", subject=version["key"]) if one["purpose"] == "release"
    ]
    served = [one["key"] for one in earlier if case.state.keys("deployment", request=one["key"])]
    case.require(not served, f"{version['key']} was released in an emergency before")
    withdrawn = {one["key"]: one for one in case.changed("approval_request")}
    case.require(withdrawn.keys() == {one["key"] for one in earlier if one["state"] == "pending"},
                 "it withdraws other requests than the earlier releases of the version")  # fmt: skip
    for former in withdrawn.values():
        case.require_values(former, state="withdrawn", decided_at=request["issued_at"])
    digest = evidence_digest(case, version)
    verdicts = fresh_verdicts(case, version, digest, "emergency")
    require_valid_waivers(case, verdicts)
    case.require_values(request, verdict_set=verdicts["key"], environment=verdicts["environment"])
    case.require_values(request, standards_digest=verdicts["standards_digest"], evidence_digest=digest)
    case.require_values(request, contributors=contributors_of(version, case.actor))
    held = [one for role in ROLES for one in roles_held(case, case.actor, (role,), model, request["environment"])]
    case.require(held, f"{case.actor} held no role for {model['key']}")
    require_code(case, "release in emergency")


ROLES = ("developer", "owner", "validator", "approver", "operator", "risk-acceptor", "administrator", "auditor")
"""Every role. The standard says which of them may release a version in an emergency."""


def _pending(case: Case) -> tuple[Values, Values]:
    before = case.need("approval_request", case.subject)
    case.require(before["state"] == "pending", f"the request was {before['state']}, not pending")
    return before, case.change("approval_request", case.subject)
