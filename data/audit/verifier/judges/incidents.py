"""Judges the incidents that no operation changes: opened by a file that differs, escalated, resolved."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.operations import require_other_signer
from data.audit.verifier.judges.proofs import require_administrator, require_code
from data.audit.verifier.judges.rows import Values

DIFFERENCES = ("serving", "files")
REGISTRY = "registry"


def judge_opened(case: Case) -> None:
    """A new incident about a file that differs from the record; no other unresolved incident says the same."""
    row = case.created("incident")
    case.require(row["kind"] in DIFFERENCES, f"an incident of kind {row['kind']!r} is opened by another event")
    case.require_values(row, key=case.subject, state="open", blocking=False, deployment=None, alerts=[])
    case.require_values(row, opened_by=case.actor, resolved_at=None, resolved_by=None, resolution="")
    case.require(row["key"] == f"{row['model']}/incidents/{row['number']}", f"{row['key']} is not its key")
    case.pin(row, "opened_at")
    if row["model"] != REGISTRY:
        case.need("model", row["model"])
    if row["version"] is not None:
        case.require_values(case.need("version", row["version"]), model=row["model"])
    same = [one for one in case.state.find("incident", model=row["model"]) if one["title"] == row["title"]]
    known = [one["key"] for one in same if one["kind"] == row["kind"] and one["state"] != "resolved"]
    case.require(not known, f"{', '.join(known)} says the same")


def judge_resolved(case: Case) -> None:
    """An incident is resolved; one that blocks a version, or is about a file, needs a code.

    The code is that of another owner or approver of the model; for a file of no model it is an administrator's.
    """
    before, after = case.need("incident", case.subject), case.change("incident", case.subject)
    case.require(before["state"] != "resolved", "the incident was resolved before")
    if before["state"] != "escalated":
        case.require(not _is_unratified(case, before), "the operation of the incident was not ratified")
    if before["model"] == REGISTRY:
        require_administrator(case, "", "resolve incident")
    elif before["blocking"] or before["kind"] in DIFFERENCES:
        require_other_signer(case, before, "*", "resolve incident")
    elif case.auth == "totp":
        require_code(case, "resolve incident")
    case.require_values(after, state="resolved", resolved_by=case.actor)
    case.pin(after, "resolved_at")


def judge_escalated(case: Case) -> None:
    """An incident escalates when nobody ratified its operation in time."""
    before, after = case.need("incident", case.subject), case.change("incident", case.subject)
    case.require(before["state"] not in ("escalated", "resolved"), f"the incident was {before['state']} before")
    case.require(before["deployment"] is None or _is_unratified(case, before), "the operation was ratified")
    deployment = case.state.get("deployment", before["deployment"]) or {}
    by = deployment.get("ratify_by")
    case.require(by is None or case.moment.reached(by), f"the operation may be ratified until {by}")
    case.require_values(after, state="escalated")


def _is_unratified(case: Case, incident: Values) -> bool:
    deployment = case.state.get("deployment", incident["deployment"])
    return deployment is not None and deployment["ratified_by"] is None
