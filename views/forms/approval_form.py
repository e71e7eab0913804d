"""What an approver reads above the form: what is asked, on which bytes, what speaks against it first, then the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.records.approval import ApprovalRequest, Vote
from data.records.deployment import Deployment, Slot
from data.records.names import model_of, short, slot_key
from data.records.retirement import Retirement
from data.records.review import VerdictSet
from data.records.verdict import Judgement
from data.records.version import Comparison, Metric, Version
from data.registry.approvals import lacking, tail
from data.registry.eligible_approvers import EligibleApprover, eligible_approvers
from data.registry.rules.approval import standing_votes, subject_of
from data.registry.rules.retirement_party import parties_of
from data.registry.state import State
from data.text.markdown_text import plain, quoted
from views.evidence_address import request_page
from views.forms.figure_lines import comparison_lines, metric_lines
from views.forms.gate_tables import gate_counts, gates_not_passed, gates_passed
from views.forms.retirement_tables import retirement_lines
from views.forms.version_facts import (
    NO_OBJECTION,
    Facts,
    Objection,
    evidence_fact,
    fact_table,
    finding_lines,
    in_lines,
    listed,
    objection_lines,
    validation_facts,
    version_facts,
)

JUDGED = ("deploy", "release")
GONE = "; **taken off the roster since, so it does not count**"
QUESTIONS = {
    "deploy": "Deploy {name} to {where}?",
    "release": "Ratify the emergency release of {name} to {where}?",
    "ratify": "Ratify what was done to {name} in {where}?",
    "retire": "Retire {name}?",
}


def describe_request(
    state: State, request: ApprovalRequest, objection: Objection = NO_OBJECTION, now: datetime | None = None
) -> str:
    """Markdown for the form, what matters on top; `now` also says who could decide.

    The question, the facts with the digest to confirm, gates that did not pass, what is open, who signed, figures,
    and the gates that passed.
    """
    version = subject_of(state, request.purpose, request.subject).version
    judged = _judgements(state, request)
    lines = [*_on_top(request, objection), f"### {_question(request, version)}", ""]
    lines += [gate_counts(judged), ""] if request.purpose in JUDGED else []
    able = eligible_approvers(state, request, now) if now is not None else ()
    votes = standing_votes(state, request)
    lines += fact_table(_facts(state, request, version, votes, able, now is not None))
    lines += gates_not_passed(judged)
    lines += finding_lines(state, version.key)
    lines += _signed(state.find(Vote, request=request.key), votes)
    lines += _retirement(state, request)
    if request.purpose in JUDGED:
        lines += comparison_lines(state.find(Comparison, version=version.key))
        lines += metric_lines(state.find(Metric, version=version.key))
    return "\n".join([*lines, *gates_passed(judged)])


def _on_top(request: ApprovalRequest, objection: Objection) -> list[str]:
    """Why it is asked again, or that nobody is asked any more."""
    if request.state == "pending":
        return objection_lines(objection)
    return [f"> **This request is {request.state}.** {plain(request.reason, 1_000)}".rstrip(), ""]


def _question(request: ApprovalRequest, version: Version) -> str:
    where = f"{plain(request.environment)}, {request.slot}"
    return QUESTIONS[request.purpose].format(name=plain(short(version.key)), where=where)


def _judgements(state: State, request: ApprovalRequest) -> tuple[Judgement, ...]:
    verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
    return verdicts.judgements if verdicts else ()


def _facts(
    state: State,
    request: ApprovalRequest,
    version: Version,
    votes: Sequence[Vote],
    able: Sequence[EligibleApprover],
    asked_who: bool,
) -> Facts:
    return [
        ("**To confirm**", f"type **`{tail(request.request_digest)}`**, the end of {in_lines(request.request_digest)}"),
        evidence_fact(request_page(request.key), version.key),
        ("Decide until", f"{request.expires_at:%Y-%m-%d %H:%M} UTC"),
        ("Signatures", _signatures(request, votes)),
        *([("Can sign now", listed([_named(one, request) for one in able]))] if asked_who else []),
        ("Asked by", f"{plain(request.requester)}, who therefore cannot sign"),
        *_kept_apart(request, version),
        *_place(state, request),
        *validation_facts(state, version.key),
        *version_facts(state, version),
    ]


def _kept_apart(request: ApprovalRequest, version: Version) -> Facts:
    """Who may not sign though they neither worked on it nor ask: the standard keeps validating apart from approving."""
    known = {*version.contributors, version.submitter, request.requester}
    apart = [plain(one) for one in request.contributors if one not in known]
    return [("Cannot sign", f"{listed(apart)}: validated it, which its standard keeps apart")] if apart else []


def _signatures(request: ApprovalRequest, votes: Sequence[Vote]) -> str:
    asked = ", ".join(f"{one.count} × {one.role}" for one in request.required)
    missing = lacking(request.required, votes)
    still = ", ".join(f"{count} × {role}" for role, count in missing.items())
    return f"{asked} asked; " + (f"**{still} still needed**" if missing else "all given")


def _named(one: EligibleApprover, request: ApprovalRequest) -> str:
    role = f" as {one.role}" if len({each.role for each in request.required}) > 1 else ""
    deputy = f" as deputy of {plain(one.deputy_of)}" if one.deputy_of else ""
    return f"{plain(one.person)}{role}{deputy}"


def _place(state: State, request: ApprovalRequest) -> Facts:
    """What it would be used for and what it would take the place of, or what was done that is to be ratified."""
    if request.purpose == "retire":
        return []
    return [*_done(state, request), ("Use", quoted(request.use)), ("Serves there now", _serving(state, request))]


def _done(state: State, request: ApprovalRequest) -> Facts:
    """Why somebody went ahead without being asked, and until when that stands."""
    ends = f"**{request.expires_at:%Y-%m-%d %H:%M} UTC**, when it is undone unless everybody above has ratified it"
    if request.purpose == "release":
        return [("Released because", quoted(request.reason, 2_000)), ("Stands until", ends)]
    done = state.get(Deployment, request.subject)
    return [("Done because", quoted(done.reason, 2_000)), ("Stands until", ends)] if done is not None else []


def _serving(state: State, request: ApprovalRequest) -> str:
    slot = state.get(Slot, slot_key(model_of(request.subject), request.environment, request.slot))
    return plain(short(slot.version)) if slot is not None and slot.version else "nothing"


def _signed(votes: Sequence[Vote], standing: Sequence[Vote]) -> list[str]:
    lines = [_vote(one) + ("" if one in standing else GONE) for one in votes]
    return ["", "#### Decided so far", "", *lines] if lines else []


def _vote(one: Vote) -> str:
    deputy = f", as deputy of {plain(one.deputy_of)}" if one.deputy_of else ""
    conditions = "".join(f"; by {each.due_at:%Y-%m-%d} {quoted(each.text)}" for each in one.conditions)
    comment = f"; says {quoted(one.comment)}" if one.comment else ""
    return f"- signed: {plain(one.printed_name)} as {one.role}{deputy}: **{one.decision}**{conditions}{comment}"


def _retirement(state: State, request: ApprovalRequest) -> list[str]:
    row = state.get(Retirement, request.subject) if request.purpose == "retire" else None
    if row is None:
        return []
    return ["", "#### What ends, and where everybody goes", "", *retirement_lines(row, parties_of(state, row.key))]
