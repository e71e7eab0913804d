"""An approval request as Markdown: its outcome, the digests it is bound to, and each vote with role and deputy."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.approval import ApprovalRequest, Vote
from data.records.names import short
from data.text.markdown_text import plain, quoted
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table, split_digest


def decision_lines(request: ApprovalRequest, votes: Sequence[Vote]) -> list[str]:
    """Return Markdown: the outcome, the digests the request is bound to, and each vote in a row."""
    reason = f": {quoted(request.reason)}" if request.reason else ""
    return [
        f"### Request to {request.purpose} {plain(short(request.key))}: {request.state}{reason}",
        "",
        *fact_table(
            [
                ("For", f"{plain(request.environment)}, {request.slot}: {quoted(request.use)}"),
                ("Asked", ", ".join(f"{one.count} × {one.role}" for one in request.required)),
                ("Requested by", plain(request.requester)),
                ("Digest of the request", split_digest(request.request_digest)),
                ("Evidence", split_digest(request.evidence_digest)),
                ("Standards", split_digest(request.standards_digest)),
                ("Artifact", split_digest(request.artifact_digest)),
                ("Good until", f"{request.valid_until:%Y-%m-%d %H:%M} UTC" if request.valid_until else "–"),
            ]
        ),
        "",
        *_votes(votes),
    ]


def _votes(votes: Sequence[Vote]) -> list[str]:
    if not votes:
        return ["Nobody has voted."]
    return markdown_table(("time", "person", "role", "decision", "proof", "comment"), map(_row, votes))


def _row(vote: Vote) -> tuple[str, ...]:
    role = f"{vote.role}, as deputy of {plain(vote.deputy_of)}" if vote.deputy_of else vote.role
    conditions = "".join(f"; by {each.due_at:%Y-%m-%d} {quoted(each.text)}" for each in vote.conditions)
    when = f"{vote.decided_at:%Y-%m-%d %H:%M}"
    who = f"{plain(vote.printed_name)} ({plain(vote.person)})"
    return (when, who, role, f"**{vote.decision}**", vote.proof, f"{quoted(vote.comment)}{conditions}")
