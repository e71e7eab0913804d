"""Judges the answers of people to alerts, and the incidents that change with them."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.moves import ALERT, require_move


def judge_answered(case: Case) -> None:
    """A legal answer of the acting person to an alert; only incidents of that alert change with it."""
    before, after = case.need("alert", case.subject), case.change("alert", case.subject)
    to = case.type.removeprefix("alert.")
    require_move(case, ALERT, before["key"], before["state"], to)
    case.require_values(after, state=to, changed_by=case.actor, reason=case.data.get("reason"))
    case.pin(after, "changed_at")
    case.require((after["snoozed_until"] is not None) == (to == "snoozed"), "only a snooze has an end")
    for incident in case.changed("incident"):
        known = case.need("incident", incident["key"])
        case.require(before["key"] in known["alerts"], f"the incident {known['key']} is not about the alert")
        case.require(known["state"] in ("open", "acknowledged"), f"the incident was {known['state']}")
        if incident["state"] == "resolved":
            others = [case.need("alert", key) for key in known["alerts"] if key != before["key"]]
            false = to == "dismissed" and all(one["state"] == "dismissed" for one in others)
            case.require(false and not known["blocking"], "an incident is resolved whose alerts were not all dismissed")
            case.require_values(incident, resolved_by=case.actor)
        else:
            case.require_values(incident, state="acknowledged")
            case.require(to in ("acknowledged", "confirmed"), "a dismissed alert does not acknowledge an incident")


def judge_monitoring(case: Case) -> None:
    """A monitoring run opens, changes and ends alerts, but never answers one or resolves an incident."""
    for alert in case.written("alert"):
        before = case.state.get("alert", alert["key"])
        known = "open" if before is None else before["state"]
        case.require(alert["state"] in ("open", "ended", known), f"{alert['key']} became {alert['state']} by itself")
    for incident in case.new("incident"):
        case.require_values(incident, kind="monitoring", state="open", resolved_by=None)
    for incident in case.changed("incident"):
        known_alerts = set(case.need("incident", incident["key"])["alerts"])
        case.require(known_alerts <= set(incident["alerts"]), f"{incident['key']} lost an alert")
