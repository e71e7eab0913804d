"""Judges the steps of a retirement: opened, noticed, answered, planned, approved, quiet, withdrawn, archived."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from data.audit.verifier.canonical import write
from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.independence import sha256_of
from data.audit.verifier.judges.moment import instant
from data.audit.verifier.judges.moves import RETIREMENT, require_move, require_review_move
from data.audit.verifier.judges.proofs import grants_held, require_code
from data.audit.verifier.judges.rows import Values
from data.audit.verifier.judges.versions import require_retired

OUT_OF_USE = ("retired", "rejected")
WITHDRAWN_AT_ONCE = 6
"""The first rules by which a version that never served is withdrawn at once, and one that was rolled back cannot be a
successor."""
PLANNING = ("opened", "noticed", "planned")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_PLAN = ("subject", "reason", "successor", "impact_digest", "outputs_in_force", "sunset_at", "quiet_days")
_PARTY = ("system", "declared", "through", "answer", "answered_by", "silence_reason", "moves_to", "cut_over_at")


def judge_opened(case: Case) -> None:
    """A new retirement with its parties; without a party its plan is complete at once."""
    row, parties = case.created("retirement"), case.new("retirement_party")
    version = case.need("version", row["subject"])
    case.require_values(row, key=f"{version['key']}/retirement", model=version["model"], opened_by=case.actor)
    case.require_values(row, state="opened" if parties else "planned", request=None, dossier_digest=None)
    require_retired(case, version)
    case.require(case.pin(row, "opened_at") < row["sunset_at"], "the sunset is before the retirement was opened")
    for party in parties:
        case.require_values(party, retirement=row["key"], answer="none", transition="missing", notices=0)
        case.require_values(party, key=f"{row['key']}/parties/{party['system']}")
    if row["successor"] is not None:
        successor = case.need("version", row["successor"])
        is_usable = successor["key"] != version["key"] and successor["review_state"] not in OUT_OF_USE
        is_usable = is_usable and not (case.rules >= WITHDRAWN_AT_ONCE and _was_rolled_back(case, successor))
        case.require(is_usable, f"{successor['key']} cannot be the successor")
    systems = {party["system"] for party in parties}
    for consumer in case.state.find("consumer", model=version["model"]):
        is_slow = consumer["system"] in systems and consumer["cadence_days"] > row["quiet_days"]
        case.require(not is_slow, f"{consumer['system']} pauses for longer than {row['quiet_days']} quiet days")
    case.require(case.refs.get("evidence") == [row["impact_digest"]], "it refers to another impact assessment")


def _was_rolled_back(case: Case, version: Values) -> bool:
    """Return True if the latest deployment of a version was rolled back."""
    deployments = case.state.find("deployment", version=version["key"])
    latest = max(deployments, key=lambda one: instant(one["from_at"]), default=None)
    return latest is not None and latest["state"] == "rolled_back"


def judge_planning(case: Case) -> None:
    """A notice, an answer or a transition of parties; the retirement is planned when no party lacks anything."""
    before = case.need("retirement", case.subject)
    parties = case.changed("retirement_party")
    case.require(parties, "it changes no party")
    for party in parties:
        case.require_values(party, retirement=before["key"])
        _CHECKS[case.type](case, before, case.need("retirement_party", party["key"]), party)
    stated = case.data.get("systems") if case.type == "retirement.noticed" else [case.data.get("system")]
    case.require(stated == [one["system"] for one in parties], "its data name other parties")
    if case.type == "retirement.silence_accepted":
        _require_risk_acceptor(case, before)
    if case.type == "retirement.planned" and before["state"] in ("approved", "sunset", "quiet"):
        case.require(not case.written("retirement"), "it changes a retirement that was approved")
        return
    after = case.change("retirement", before["key"])
    if case.type in ("retirement.noticed", "retirement.planned"):
        require_move(case, RETIREMENT, before["key"], before["state"], case.type.removeprefix("retirement."))
    else:
        case.require(before["state"] in ("noticed", "planned"), f"no answer is possible while it is {before['state']}")
    known = {one["key"]: one for one in case.state.find("retirement_party", retirement=before["key"])}
    known |= {one["key"]: one for one in parties}
    complete = not any(is_lacking(one, before) for one in known.values())
    opened = before["state"] == "opened" and not any(one["notices"] for one in known.values())
    case.require_values(after, state="planned" if complete else "opened" if opened else "noticed")


def judge_approved(case: Case) -> None:
    """A complete plan whose request was approved as the plan is now."""
    before, after = case.need("retirement", case.subject), case.change("retirement", case.subject)
    lacking = [one["system"] for one in _parties(case, before) if is_lacking(one, before)]
    case.require(not lacking, f"the plan is not complete: {', '.join(lacking)}")
    require_move(case, RETIREMENT, before["key"], before["state"], "approved")
    request = case.need("approval_request", after["request"])
    case.require_values(request, purpose="retire", subject=before["key"], state="approved")
    case.require(case.moment.before(request["valid_until"]), "the approval to retire had expired")
    digest = plan_digest(case, before)
    case.require(request["evidence_digest"] == digest, f"the plan has the digest {digest}, which was not approved")
    case.require_values(after, state="approved")


def judge_sunset(case: Case) -> None:
    """The sunset of an approved retirement begins on its day."""
    before, after = case.need("retirement", case.subject), case.change("retirement", case.subject)
    require_move(case, RETIREMENT, before["key"], before["state"], "sunset")
    case.require(before["state"] == "approved", f"the retirement was {before['state']}, not approved")
    case.require(case.moment.reached(before["sunset_at"]), f"the sunset is at {before['sunset_at']}, not before")
    case.require_values(after, state="sunset")
    case.pin(after, "traffic_from_at")


def judge_traffic(case: Case) -> None:
    """The traffic since the sunset; the version is quiet when a window of its quiet days has no row."""
    before, after = case.need("retirement", case.subject), case.change("retirement", case.subject)
    case.require(before["state"] in ("sunset", "quiet"), f"the retirement was {before['state']}")
    start, end = after["traffic_from_at"], after["traffic_to_at"]
    case.require(before["sunset_at"] <= start < end and case.moment.reached(end), "the window is not after the sunset")
    lasts = instant(end) - instant(start) >= timedelta(days=before["quiet_days"])
    quiet = after["traffic_rows"] == 0 and lasts
    case.require_values(after, state="quiet" if quiet else "sunset")
    found = (case.data.get("quiet"), case.data.get("rows"))
    case.require(found == (quiet, after["traffic_rows"]), "its data contradict its rows")
    case.require(case.refs.get("evidence") == [after["traffic_digest"]], "it refers to other counts of the traffic")
    _check_consumers(case, before, after)


def _check_consumers(case: Case, before: Values, after: Values) -> None:
    """Check that exactly the consumers in the logs that were not known become parties, undeclared."""
    counts = case.data["by_consumer"]
    case.require(sum(counts.values()) <= after["traffic_rows"], "its consumers have more rows than the window")
    known = {one["system"] for one in _parties(case, before)}
    late, seen = case.new("retirement_party"), {consumer_name(one) for one, rows in counts.items() if rows}
    found = sorted(one["system"] for one in late)
    case.require(found == sorted(seen - known), "its parties are not the consumers that were not known")
    for party in late:
        case.require_values(party, key=f"{before['key']}/parties/{party['system']}", retirement=before["key"])
        case.require_values(party, declared=False, answer="none", transition="missing", notices=0)


def judge_withdrawn(case: Case) -> None:
    """A quiet version that serves nowhere becomes retired, and the model with its last version.

    By rules 6 a version that never served needs no days without traffic, and leaves its model active if that never
    served.
    """
    before, after = case.need("retirement", case.subject), case.change("retirement", case.subject)
    require_move(case, RETIREMENT, before["key"], before["state"], "withdrawn")
    version = case.need("version", before["subject"])
    if before["state"] == "planned":
        case.require(case.rules >= WITHDRAWN_AT_ONCE, f"{before['key']} is planned; it cannot become withdrawn")
        is_unused = not case.state.keys("deployment", version=version["key"]) and not _parties(case, before)
        case.require(is_unused, f"{version['key']} served or has consumers, and was not quiet")
    slots = case.state.find("slot", model=version["model"])
    serving = [one["key"] for one in slots if one["version"] == version["key"]]
    case.require(not serving, f"{version['key']} still served in {', '.join(serving)}")
    require_review_move(case, version, "retired", before["reason"])
    case.require_values(after, state="withdrawn")
    others = [one for one in case.state.find("version", model=version["model"]) if one["key"] != version["key"]]
    is_last = before["successor"] is None and all(one["review_state"] in OUT_OF_USE for one in others)
    if case.rules >= WITHDRAWN_AT_ONCE:
        is_last = is_last and bool(case.state.keys("deployment", model=version["model"]))
    case.require(bool(case.changed("model")) == is_last, "the model is retired with its last version only")
    if is_last:
        case.require_values(case.change("model", version["model"]), state="retired")


def judge_archived(case: Case) -> None:
    """A withdrawn retirement is archived with its dossier until the end of its retention."""
    before, after = case.need("retirement", case.subject), case.change("retirement", case.subject)
    require_move(case, RETIREMENT, before["key"], before["state"], "archived")
    case.require_values(after, state="archived")
    case.require(case.pin(after, "ended_at") < after["retain_until"], "the retention ended before")
    case.require(case.refs.get("evidence") == [after["dossier_digest"]], "it refers to another dossier")


def is_lacking(party: Values, retirement: Values) -> bool:
    """Return True if the answer or the transition of a party is not complete."""
    if party["answer"] in ("objected", "none") or party["transition"] == "missing" or not party["moves_to"]:
        return True
    return party["cut_over_at"] is None or not party["cut_over_at"] <= retirement["sunset_at"]


def plan_digest(case: Case, retirement: Values) -> str:
    """Return the digest of a retirement's plan, to which the approval of a retirement is bound."""
    plan = {name: retirement[name] for name in _PLAN}
    return sha256_of(write([plan, [{name: one[name] for name in _PARTY} for one in _parties(case, retirement)]]))


def _parties(case: Case, retirement: Values) -> list[Values]:
    return case.state.find("retirement_party", retirement=retirement["key"])


def consumer_name(logged: str) -> str:
    """Return the name of a consumer as a party has it; text that is not a legal name has a substitute."""
    if _NAME.fullmatch(logged):
        return logged
    if not logged.strip():
        return "unattributed"
    return f"unnamed-{hashlib.sha256(logged.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _check_notice(case: Case, _: Values, before: Values, after: Values) -> None:
    case.require_values(after, notices=before["notices"] + 1)
    if before["noticed_at"] is None:
        case.pin(after, "noticed_at")
    else:
        case.require_values(after, noticed_at=before["noticed_at"])


def _check_answer(case: Case, _: Values, before: Values, after: Values) -> None:
    case.require(after["answer"] in ("acknowledged", "objected"), f"the answer is {after['answer']!r}")
    case.require_values(after, answer=case.data.get("answer"), answered_by=case.actor, silence_reason="")
    case.pin(after, "answered_at")


def _check_silence(case: Case, _: Values, before: Values, after: Values) -> None:
    case.require(before["notices"] >= 1 and before["answer"] == "none", "the party got no notice or has answered")
    case.require_values(after, answer="silence accepted", answered_by=case.actor)
    case.require_values(after, silence_reason=case.data.get("reason"))
    case.pin(after, "answered_at")


def _check_transition(case: Case, retirement: Values, before: Values, after: Values) -> None:
    case.require(after["transition"] in ("planned", "moved"), f"the transition is {after['transition']!r}")
    case.require_values(after, moves_to=case.data.get("moves_to"))
    if retirement["state"] in PLANNING:
        case.require(after["cut_over_at"] <= retirement["sunset_at"], "the party would move after the sunset")
    elif before["transition"] != "missing":
        plan = {name: before[name] for name in ("moves_to", "cut_over_at")}
        case.require_values(after, transition="moved", **plan)


def _require_risk_acceptor(case: Case, retirement: Values) -> None:
    model = case.need("model", retirement["model"])
    require_code(case, "accept silence")
    held = grants_held(case, case.actor, "risk-acceptor", model["team"], model["tier"])
    case.require(held, f"{case.actor} did not hold the role risk-acceptor for {model['key']}")


_CHECKS = {
    "retirement.noticed": _check_notice,
    "retirement.answered": _check_answer,
    "retirement.silence_accepted": _check_silence,
    "retirement.planned": _check_transition,
}
