"""The text that an approver reads above the approval form.

Its form fields are defined in `tasks/approve/ask_approvers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data.queries.approval_snapshot import ApprovalSnapshot
from data.records.approval import ApprovalRequest, EligibleApprover, Vote
from data.records.names import short
from data.text.markdown_text import plain, quoted
from views.evidence_address import request_page
from views.forms.evidence_link import evidence_fact
from views.forms.figure_lines import comparison_lines, metric_lines
from views.forms.gate_tables import gate_counts, gates_not_passed, gates_passed
from views.forms.objection import NO_OBJECTION, Objection, objection_lines
from views.forms.retirement_tables import retirement_lines
from views.forms.version_facts import (
    FactRows,
    fact_table,
    finding_lines,
    names_or_nobody,
    split_digest,
    validation_facts,
    version_facts,
)

REVOKED = "; **no longer on the roster: this decision does not count**"


def describe_request(shown: ApprovalSnapshot, objection: Objection = NO_OBJECTION) -> str:
    """Return Markdown for the form: why the question is asked again (if it is), then the request.

    The request is shown as the question, the facts with the digest to confirm, the criteria that did not pass,
    findings, votes, metrics, and the criteria that passed.
    """
    purpose = PURPOSES[shown.request.purpose]
    lines = [*_first_lines(shown.request, objection), f"### {_question(shown, purpose)}", ""]
    lines += [gate_counts(shown.judgements), ""] if purpose.judged else []
    lines += fact_table([*_facts(shown), *purpose.facts(shown), *_version_facts(shown)])
    lines += gates_not_passed(shown.judgements)
    lines += finding_lines(shown.version)
    lines += _decisions(shown)
    lines += purpose.section(shown)
    return "\n".join([*lines, *gates_passed(shown.judgements)])


def _first_lines(request: ApprovalRequest, objection: Objection) -> list[str]:
    """Return why the question is asked again, or that the request is no longer pending."""
    if request.state == "pending":
        return objection_lines(objection)
    return [f"> **This request is {request.state}.** {plain(request.reason, 1_000)}".rstrip(), ""]


def _question(shown: ApprovalSnapshot, purpose: PurposeText) -> str:
    where = f"{plain(shown.request.environment)}, {shown.request.slot}"
    return purpose.question.format(name=plain(short(shown.version.version.key)), where=where)


def _facts(shown: ApprovalSnapshot) -> FactRows:
    request, key = shown.request, shown.version.version.key
    confirm = f"type **`{shown.confirmation}`**, the end of {split_digest(request.request_digest)}"
    return [
        ("**To confirm**", confirm),
        evidence_fact(request_page(request.key), key, shown.version.evidence_url),
        ("Decide until", f"{request.expires_at:%Y-%m-%d %H:%M} UTC"),
        ("Signatures", _signatures(shown)),
        *_eligible(shown),
        ("Requested by", f"{plain(request.requester)}, who therefore cannot sign"),
        *_excluded(shown),
    ]


def _version_facts(shown: ApprovalSnapshot) -> FactRows:
    return [*validation_facts(shown.version), *version_facts(shown.version.version, shown.version.model)]


def _eligible(shown: ApprovalSnapshot) -> FactRows:
    """Return the people who could sign a pending request; nothing for any other request."""
    if shown.request.state != "pending":
        return []
    return [("Can sign now", names_or_nobody([_name(one, shown.request) for one in shown.eligible]))]


def _excluded(shown: ApprovalSnapshot) -> FactRows:
    """Return the people who may not sign because they validated the version; nothing if the standard allows both."""
    request, version = shown.request, shown.version.version
    known = {*version.contributors, version.submitter, request.requester}
    excluded = [plain(one) for one in request.contributors if one not in known]
    return (
        [("Cannot sign", f"{names_or_nobody(excluded)}: the standard separates validation from approval")]
        if excluded
        else []
    )


def _signatures(shown: ApprovalSnapshot) -> str:
    required = ", ".join(f"{one.count} × {one.role}" for one in shown.request.required)
    missing = ", ".join(f"{count} × {role}" for role, count in shown.missing.items())
    return f"{required} required; " + (f"**{missing} missing**" if missing else "all given")


def _name(person: EligibleApprover, request: ApprovalRequest) -> str:
    role = f" as {person.role}" if len({each.role for each in request.required}) > 1 else ""
    deputy = f" as deputy of {plain(person.deputy_of)}" if person.deputy_of else ""
    return f"{plain(person.person)}{role}{deputy}"


def _decisions(shown: ApprovalSnapshot) -> list[str]:
    lines = [_vote(one) + ("" if one in shown.counted_votes else REVOKED) for one in shown.votes]
    return ["", "#### Decisions so far", "", *lines] if lines else []


def _vote(vote: Vote) -> str:
    deputy = f", as deputy of {plain(vote.deputy_of)}" if vote.deputy_of else ""
    conditions = "".join(f"; by {each.due_at:%Y-%m-%d} {quoted(each.text)}" for each in vote.conditions)
    comment = f"; comment: {quoted(vote.comment)}" if vote.comment else ""
    return f"- signed: {plain(vote.printed_name)} as {vote.role}{deputy}: **{vote.decision}**{conditions}{comment}"


def _place(shown: ApprovalSnapshot) -> FactRows:
    """Return the use of the version and the version that it would replace."""
    serving = plain(short(shown.serving)) if shown.serving else "nothing"
    return [("Use", quoted(shown.request.use)), ("Serving there now", serving)]


def _released(shown: ApprovalSnapshot) -> FactRows:
    return [("Reason for the release", quoted(shown.request.reason, 2_000)), _valid_until(shown), *_place(shown)]


def _acted_on(shown: ApprovalSnapshot) -> FactRows:
    if shown.operation is None:
        return _place(shown)
    return [("Reason for the action", quoted(shown.operation.reason, 2_000)), _valid_until(shown), *_place(shown)]


def _valid_until(shown: ApprovalSnapshot) -> tuple[str, str]:
    until = f"{shown.request.expires_at:%Y-%m-%d %H:%M} UTC"
    return ("Valid until", f"**{until}**; then it is undone, unless everybody required has ratified it")


def _figures(shown: ApprovalSnapshot) -> list[str]:
    return [*comparison_lines(shown.version.comparisons), *metric_lines(shown.version.metrics)]


def _retirement(shown: ApprovalSnapshot) -> list[str]:
    if shown.retirement is None:
        return []
    lines = retirement_lines(shown.retirement, shown.parties)
    return ["", "#### Consumers affected and their transitions", "", *lines]


@dataclass(frozen=True)
class PurposeText:
    """The parts of a form that depend on the purpose of the request: the question, some facts and one section.

    `judged` is True if gates judged the version for this request: the form then counts their verdicts.
    """

    question: str
    facts: Callable[[ApprovalSnapshot], FactRows]
    section: Callable[[ApprovalSnapshot], list[str]]
    judged: bool = False


def _nothing(_: ApprovalSnapshot) -> list[str]:
    return []


def _no_facts(_: ApprovalSnapshot) -> FactRows:
    return []


PURPOSES: Mapping[str, PurposeText] = {
    "deploy": PurposeText("Deploy {name} to {where}?", _place, _figures, judged=True),
    "release": PurposeText("Ratify the emergency release of {name} to {where}?", _released, _figures, judged=True),
    "ratify": PurposeText("Ratify the action on {name} in {where}?", _acted_on, _nothing),
    "retire": PurposeText("Retire {name}?", _no_facts, _retirement),
}
