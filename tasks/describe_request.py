"""What an approver reads above the form: what is asked, on which bytes, and every gate's verdict."""

from __future__ import annotations

from collections.abc import Sequence

from data.approvals import tail
from data.records.approval import ApprovalRequest, Vote
from data.records.names import short
from data.records.retirement import Retirement
from data.records.review import Finding, VerdictSet, Waiver
from data.records.verdict import Judgement
from data.records.version import Comparison, Version
from data.rulings.retirement_party import parties_of
from data.state import State
from tasks.describe_retirement import retirement_lines
from tasks.plain_text import plain

OUTCOME = {"passed": "passed", "failed": "**failed**", "unproven": "**unproven**"}


def describe_request(state: State, request: ApprovalRequest, votes: Sequence[Vote], reason: str) -> str:
    """Markdown for the form: the question, the digest tail to confirm, gates, comparison, findings, waivers, votes."""
    lines = [f"> {plain(reason)}", ""] if reason else []
    lines += _question(state, request)
    verdicts = state.get(VerdictSet, request.verdict_set) if request.verdict_set else None
    lines += judged_lines(verdicts.judgements if verdicts else ())
    lines += _compared(state.find(Comparison, version=request.subject))
    lines += _open_matters(state, request.subject)
    lines += [f"- signed: {plain(one.printed_name)} as {one.role}: {one.decision}" for one in votes]
    return "\n".join(lines)


def judged_lines(judgements: Sequence[Judgement]) -> list[str]:
    """A Markdown table of judgements, one a row; nothing for none."""
    head = ["", "| control | gate | verdict | on what |", "|---|---|---|---|"]
    return [*head, *(_judged(one) for one in judgements)] if judgements else []


def _question(state: State, request: ApprovalRequest) -> list[str]:
    roles = ", ".join(f"{one.count} × {one.role}" for one in request.required)
    return [
        *_asked(state, request),
        "",
        f"Signatures needed: {roles}. Until {request.expires_at:%Y-%m-%d %H:%M} UTC.",
        "",
        f"Confirm these last 8 characters: **`{tail(request.request_digest)}`** of `{request.request_digest}`",
    ]


def _asked(state: State, request: ApprovalRequest) -> list[str]:
    retirement = state.get(Retirement, request.subject) if request.purpose == "retire" else None
    if retirement is not None:
        head = f"**Retire {plain(short(retirement.subject))}**, artifact `{request.artifact_digest[:19]}…`"
        return [head, "", *retirement_lines(retirement, parties_of(state, retirement.key))]
    version = state.get(Version, request.subject)
    artifact = f", artifact `{request.artifact_digest[:19]}…`" if version is not None else ""
    where = f"to {plain(request.environment)} ({request.slot}) for: {plain(request.use)}{artifact}"
    return [f"**{request.purpose.capitalize()} {plain(short(request.subject))}** {where}"]


def _judged(one: Judgement) -> str:
    verdict = one.verdict
    text = {"passed": "because", "failed": "reason", "unproven": "missing"}[verdict.outcome]
    outcome = f"waived (waiver {one.waived_by.rpartition('/')[2]})" if one.waived_by else OUTCOME[verdict.outcome]
    return f"| {one.control} | {one.gate}: {plain(one.criterion)} | {outcome} | {plain(getattr(verdict, text))} |"


def _compared(comparisons: Sequence[Comparison]) -> list[str]:
    lines = ["", "| against the champion | difference | 95 % interval |", "|---|---|---|"] if comparisons else []
    for one in comparisons:
        if one.difference is None or one.low is None or one.high is None:
            lines.append(f"| {one.metric} | cannot say | {plain(one.cannot_say or '')} |")
        else:
            lines.append(f"| {one.metric} | {one.difference:+.4f} | {one.low:+.4f} to {one.high:+.4f} |")
    return lines


def _open_matters(state: State, version: str) -> list[str]:
    findings = [one for one in state.find(Finding, version=version) if one.state != "closed"]
    waivers = [one for one in state.find(Waiver, version=version) if one.state == "granted"]
    lines = [f"- finding {one.number} ({one.severity}, {one.state}): {plain(one.title)}" for one in findings]
    lines += [f"- waiver of {one.control} until {one.expires_at:%Y-%m-%d}: {plain(one.reason)}" for one in waivers]
    return ["", *lines] if lines else [""]
