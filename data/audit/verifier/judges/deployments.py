"""Judges the completion of an operation: what serves afterwards, under which approval, and which incident it opens."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.operations import (
    ENDS,
    KINDS,
    deployments_in,
    require_approved,
    require_ended,
    require_pending_release,
    serving_or_last,
    slot_key,
)
from data.audit.verifier.judges.requests import require_releasable
from data.audit.verifier.judges.rows import Values

INCIDENTS = {"deployment.completed": "emergency", "deployment.rolled_back": "rollback"}


def judge_completed(case: Case) -> None:
    """An approved or released version serves; the former deployment of the slot is superseded."""
    operation = _operation(case)
    version, request = case.need("version", operation["version"]), case.need("approval_request", operation["request"])
    released = request["purpose"] == "release"
    if released:
        require_pending_release(case, request)
        require_releasable(case, version)
    else:
        require_approved(case, version)
    urgent = {"reason": request["reason"], "ratify_by": request["expires_at"]} if released else {"ratify_by": None}
    row = _new_deployment(case, operation)
    case.require_values(row, use=request["use"], request=request["key"], rollback_of=None, **urgent)
    _require_end_of_former(case, operation)
    _require_incident(case, operation, row if released else None, version["key"])
    _require_slot(case, operation, row)


def judge_rolled_back(case: Case) -> None:
    """An earlier version serves again under its former approval; an incident blocks the version that it replaces."""
    operation = _operation(case)
    version = case.need("version", operation["version"])
    require_approved(case, version)
    left, served = serving_or_last(case, operation), deployments_in(case, operation, version["key"])
    case.require(left is not None and served, f"{version['key']} never served there")
    former = served[-1]
    row = _new_deployment(case, operation)
    case.require_values(row, use=former["use"], request=former["request"], rollback_of=(left or {})["key"])
    case.require(case.moment.before(row["ratify_by"]), "the time for ratification was over")
    _require_end_of_former(case, operation)
    _require_incident(case, operation, row, (left or {})["version"])
    _require_slot(case, operation, row)


def judge_suspended(case: Case) -> None:
    """A version no longer serves; an incident blocks it until a person resolves the incident."""
    operation = _operation(case)
    former = _serving(case, operation)
    case.require(former is not None and not case.new("deployment"), "nothing served there")
    ended = require_ended(case, former or {}, "suspended")
    case.require(case.moment.before(ended["ratify_by"]) and ended["ratified_by"] is None, "it needs no ratification")
    _require_withdrawn_release(case, former or {})
    incident = case.created("incident")
    _check_incident(case, operation, incident, "suspension", ended)
    case.require_values(incident, version=ended["version"], blocking=True)
    _require_slot(case, operation, None)


def judge_ended(case: Case) -> None:
    """A version whose retirement is quiet no longer serves in a slot."""
    operation = _operation(case)
    former = _serving(case, operation)
    case.require(former is not None, "nothing served there")
    require_ended(case, former or {}, "ended")
    _require_withdrawn_release(case, former or {})
    _require_slot(case, operation, None)


def _operation(case: Case) -> Values:
    """Check that the event completes the operation of its run; return the operation."""
    written = case.written("operation")
    case.require(len(written) == 1, "it completes no operation")
    before, after = case.need("operation", written[0]["key"]), case.change("operation")
    kind = KINDS[case.type]
    running = before["state"] == "running" and before["kind"] == kind
    case.require(running, f"no {kind} was under way, but a {before['kind']} that is {before['state']}")
    case.require(before["run_id"] == case.run, f"the {kind} belongs to run {before['run_id']!r}, not to {case.run!r}")
    case.require_values(after, state="done")
    case.pin(after, "ended_at")
    place = {name: before[name] for name in ("environment", "slot", "version")}
    found = {name: case.data.get(name) for name in place}
    case.require(found == place, "its data are about another operation")
    case.require(case.data.get("former") == before["former_version"], "its data name another former version")
    return before


def _new_deployment(case: Case, operation: Values) -> Values:
    row = case.created("deployment")
    expected = {name: operation[name] for name in ("model", "version", "environment", "slot", "run_id")}
    case.require_values(row, key=case.subject, state="deployed", to_at=None, ratified_by=None, **expected)
    case.require(row["key"].startswith(f"{row['model']}/deployments/"), f"{row['key']} is not a deployment of it")
    case.pin(row, "from_at")
    return row


def _serving(case: Case, operation: Values) -> Values | None:
    slot = case.state.get("slot", slot_key(operation))
    return case.need("deployment", slot["deployment"]) if slot is not None and slot["deployment"] else None


def _require_end_of_former(case: Case, operation: Values) -> None:
    former = _serving(case, operation)
    if former is None:
        case.require(not case.changed("deployment"), "it ends a deployment although nothing served")
        return
    require_ended(case, former, ENDS[operation["kind"]])
    _require_withdrawn_release(case, former)


def _require_withdrawn_release(case: Case, former: Values) -> None:
    """Check that a pending request of the emergency release that ends is withdrawn, and no other request changes."""
    request = case.state.get("approval_request", former["request"])
    is_pending = request is not None and request["purpose"] == "release" and request["state"] == "pending"
    changed = case.changed("approval_request")
    expected = [(request or {})["key"]] if is_pending else []
    case.require([one["key"] for one in changed] == expected, "it changes a request that the operation does not end")
    for withdrawn in changed:
        case.require_values(withdrawn, state="withdrawn")
        case.pin(withdrawn, "decided_at")


def _require_incident(case: Case, operation: Values, row: Values | None, version: str) -> None:
    if row is None:
        case.require(not case.new("incident"), "it opens an incident")
        return
    incident = case.created("incident")
    _check_incident(case, operation, incident, INCIDENTS[case.type], row)
    case.require_values(incident, version=version, blocking=INCIDENTS[case.type] != "emergency")


def _check_incident(case: Case, operation: Values, incident: Values, kind: str, deployment: Values) -> None:
    expected = {"model": operation["model"], "kind": kind, "deployment": deployment["key"], "state": "open"}
    case.require_values(incident, opened_by=operation["begun_by"], **expected)
    case.pin(incident, "opened_at")


def _require_slot(case: Case, operation: Values, deployment: Values | None) -> None:
    rows = case.written("slot")
    case.require(len(rows) == 1, "it does not change the slot")
    serves = deployment or {"key": None, "version": None}
    place = {name: operation[name] for name in ("model", "environment", "slot")}
    case.require_values(rows[0], key=slot_key(operation), deployment=serves["key"], version=serves["version"], **place)
    case.require_values(rows[0], manifest_digest=case.data.get("manifest"))
