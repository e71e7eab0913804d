"""Judges the operations that change what serves: begun, completed, undone, ratified."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.independence import evidence_digest
from data.audit.verifier.judges.moves import DEPLOYMENT, require_move
from data.audit.verifier.judges.proofs import principal_of, require_code, roles_held
from data.audit.verifier.judges.requests import require_releasable, require_unblocked
from data.audit.verifier.judges.rows import Values

KINDS = {
    "deployment.completed": "deploy",
    "deployment.rolled_back": "rollback",
    "deployment.suspended": "suspend",
    "deployment.ended": "withdraw",
}
ENDS = {"deploy": "superseded", "rollback": "rolled_back", "suspend": "suspended", "withdraw": "ended"}
SIGNERS = ("owner", "approver")


def judge_begun(case: Case) -> None:
    """An operation begins only while no other one runs, and only if its precondition holds."""
    row, *more = case.written("operation")
    model = case.need("model", case.subject)
    case.require(not more and row["key"] == f"{model['key']}/operation", f"{row['key']} is not its operation")
    known = case.state.get("operation", row["key"])
    case.require(known is None or known["state"] != "running", f"a {(known or {}).get('kind')} was under way")
    case.require_values(row, model=model["key"], state="running", run_id=case.run, begun_by=case.actor)
    case.require_values(row, ended_at=None, reason="")
    case.pin(row, "begun_at")
    slot = case.state.get("slot", slot_key(row))
    case.require_values(row, former_version=slot["version"] if slot else None)
    version = case.need("version", row["version"])
    case.require_values(version, model=model["key"])
    expected = {"kind": row["kind"], "version": version["key"]}
    case.require(case.data == expected, f"its data are not {expected}")
    if row["kind"] in ("suspend", "withdraw"):
        case.require(slot is not None and slot["version"] == version["key"], f"{version['key']} did not serve there")
    checks = {"deploy": _check_deploy, "rollback": _check_rollback, "withdraw": _check_withdrawal}
    case.require(row["kind"] in (*checks, "suspend"), f"the kind of operation is {row['kind']!r}")
    if row["kind"] in checks:
        checks[row["kind"]](case, row, version)


def judge_undone(case: Case) -> None:
    """The operation under way is undone by its run."""
    before = case.need("operation", f"{case.subject}/operation")
    after = case.change("operation", before["key"])
    case.require(
        before["state"] == "running" and before["run_id"] == case.run, "no operation of this run was under way"
    )
    case.require_values(after, state="undone", reason=case.data.get("reason"))
    case.pin(after, "ended_at")


def judge_ratified(case: Case) -> None:
    """A rollback or suspension is ratified in time, with a code, by an owner or approver who did not do it."""
    before, after = case.need("deployment", case.subject), case.change("deployment", case.subject)
    case.require(before["ratify_by"] is not None and before["ratified_by"] is None, "there was nothing to ratify")
    case.require(case.moment.before(before["ratify_by"]) or case.moment.low == before["ratify_by"],
                 f"it could be ratified until {before['ratify_by']}")  # fmt: skip
    request = case.state.get("approval_request", before["request"])
    is_release = request is not None and request["purpose"] == "release" and before["state"] == "deployed"
    case.require(not is_release, "an emergency release is ratified by votes only")
    incident = case.state.find("incident", deployment=before["key"])[-1]
    require_other_signer(case, incident, before["environment"], "ratify deployment")
    case.require_values(after, ratified_by=case.actor)
    expected = [incident["key"]] if incident["state"] == "open" else []
    changed = case.changed("incident")
    case.require([one["key"] for one in changed] == expected, "it changes another incident than that of the operation")
    for acknowledged in changed:
        case.require_values(acknowledged, state="acknowledged")


def require_other_signer(case: Case, incident: Values, environment: str, command: str) -> None:
    """Check the code of an owner or approver of the model who neither opened an incident nor represents who did."""
    model = case.need("model", incident["model"])
    require_code(case, command)
    held = roles_held(case, case.actor, SIGNERS, model, environment)
    case.require(held, f"{case.actor} held neither the role owner nor approver for {model['key']}")
    case.require(case.actor != incident["opened_by"], f"{case.actor} opened the incident and cannot sign for it")
    free = [one for one in held if one["deputy_of"] != incident["opened_by"]]
    case.require(free, f"{case.actor} represents the person who opened the incident")
    principal = principal_of(free)
    case.require(case.data.get("deputy_of") == principal, f"the represented person is {principal or 'nobody'}")


def slot_key(place: Values) -> str:
    """Return the key of the slot that an operation or deployment is about."""
    return f"{place['model']}/slots/{place['environment']}/{place['slot']}"


def serving_or_last(case: Case, place: Values) -> Values | None:
    """Return the deployment that served in a slot before the event, else the last one that served there, or None."""
    slot = case.state.get("slot", slot_key(place))
    if slot is not None and slot["deployment"] is not None:
        return case.need("deployment", slot["deployment"])
    found = deployments_in(case, place)
    return found[-1] if found else None


def deployments_in(case: Case, place: Values, version: str = "") -> list[Values]:
    """Return every deployment in a slot, oldest first; with `version` only those of that version."""
    found = case.state.find("deployment", model=place["model"])
    same = [one for one in found if (one["environment"], one["slot"]) == (place["environment"], place["slot"])]
    return [one for one in same if version in ("", one["version"])]


def require_approved(case: Case, version: Values) -> None:
    """Raise ImpossibleEventError unless a version was approved and its approval had not expired."""
    case.require(version["review_state"] == "approved", f"{version['key']} was {version['review_state']}, not approved")
    case.require(case.moment.before(version["valid_until"]), f"the approval of {version['key']} had expired")


def require_ended(case: Case, before: Values, to: str) -> Values:
    """Check that the event ends a deployment now; return the deployment afterwards."""
    after = case.change("deployment", before["key"])
    require_move(case, DEPLOYMENT, before["key"], before["state"], to)
    case.require_values(after, state=to)
    case.pin(after, "to_at")
    return after


def _check_deploy(case: Case, row: Values, version: Values) -> None:
    case.require_values(case.need("model", row["model"]), state="active")
    request = case.need("approval_request", row["request"])
    place = {"subject": version["key"], "environment": row["environment"], "slot": row["slot"]}
    case.require_values(request, **place)
    case.require(request["purpose"] in ("deploy", "release"), f"the request is to {request['purpose']}")
    if request["purpose"] == "release":
        require_pending_release(case, request)
        require_releasable(case, version)
    else:
        case.require(request["state"] == "approved", f"the request was {request['state']}, not approved")
        case.require(case.moment.before(request["valid_until"]), "the approval to deploy had expired")
        require_approved(case, version)
    require_unblocked(case, version["key"])
    digest = evidence_digest(case, version)
    case.require(digest == request["evidence_digest"], f"the evidence on {version['key']} is not what was approved")
    artifact = version["artifact"]["digest"]
    case.require(artifact == request["artifact_digest"], f"the artifact of {version['key']} is not what was approved")
    verdicts = case.need("verdict_set", request["verdict_set"])
    champion = case.state.get("slot", f"{row['model']}/slots/{request['environment']}/champion")
    serves = champion["version"] if champion is not None else None
    now = serves if serves != version["key"] else None
    case.require(now == verdicts["champion"], f"the version was judged against {verdicts['champion']}, {now} served")


def require_pending_release(case: Case, request: Values) -> None:
    """Raise ImpossibleEventError unless the request of an emergency release was pending and unexpired."""
    is_open = request["state"] == "pending" and case.moment.before(request["expires_at"])
    case.require(is_open, f"the emergency release was {request['state']} or had expired")


def _check_rollback(case: Case, row: Values, version: Values) -> None:
    current, served = serving_or_last(case, row), deployments_in(case, row, version["key"])
    case.require(current is not None and served, f"{version['key']} never served there")
    left = current or {}
    case.require(left["version"] != version["key"], f"{version['key']} is the version to be rolled back")
    require_approved(case, version)
    request = case.need("approval_request", served[-1]["request"])
    case.require_values(request, state="approved", environment=left["environment"], use=left["use"])
    case.require(case.moment.before(request["valid_until"]), "its approval for this environment had expired")
    for earlier in case.state.find("deployment", version=version["key"]):
        for_cause = earlier["state"] in ("rolled_back", "suspended")
        case.require(not for_cause, f"{version['key']} was rolled back or suspended before")
    require_unblocked(case, version["key"])


def _check_withdrawal(case: Case, row: Values, version: Values) -> None:
    retirement = case.need("retirement", f"{version['key']}/retirement")
    case.require(retirement["state"] == "quiet", f"the retirement is {retirement['state']}, not quiet")
