"""The dossier of a retirement as Markdown: the archive of a retired version, for a person to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from data.records.deployment import Deployment
from data.records.names import short
from data.records.retirement import RetirementParty
from data.records.retirement_evidence import DossierApproval, DossierEvent, RetirementDossier
from data.text.markdown_text import plain
from views.forms.markdown_table import markdown_table

REPLAYED = "> This is a replay registry (`clock: replay`): every time here is business time, not the time of recording."


def dossier_text(dossier: RetirementDossier) -> str:
    """Return the dossier as Markdown."""
    retirement, version, model = dossier.retirement, dossier.version, dossier.model
    lines = [f"# Retirement of {plain(short(version.key))}", ""]
    lines += [REPLAYED, ""] if dossier.clock == "replay" else []
    lines += _facts(
        {
            "Model": f"{short(model.key)}, tier {model.tier}, owned by {model.owner}",
            "Purpose": model.purpose,
            "Reason": retirement.reason,
            "Succeeded by": short(retirement.successor) if retirement.successor else "nothing",
            "Outputs still in force": retirement.outputs_in_force or "none were given",
            "Opened": f"{_day(retirement.opened_at)} by {retirement.opened_by}",
            "Sunset": _day(retirement.sunset_at),
            "Artifact": f"`{version.artifact.digest}`, {dossier.artifact}",
            "Records kept until": _day(dossier.retain_until),
        }
    )
    lines += ["", "## Consumers affected", "", *_affected(dossier)]
    lines += ["", "## Approvals", "", *_approvals(dossier.approvals)]
    lines += ["", "## Traffic after the sunset", "", *_traffic(dossier)]
    lines += ["", "## Deployments", "", *_deployments(dossier.deployments)]
    lines += ["", "## Validations and findings", "", *_judgements(dossier)]
    lines += ["", "## Events", "", *_events(dossier.events)]
    return "\n".join(lines) + "\n"


def _facts(facts: Mapping[str, str]) -> list[str]:
    return [f"- **{name}:** {plain(text, 2_000) if name != 'Artifact' else text}" for name, text in facts.items()]


def _affected(dossier: RetirementDossier) -> list[str]:
    impact, lines = dossier.impact, list[str]()
    if impact is not None:
        lines = [
            (
                f"Assessed on {_day(impact.assessed_at)} from the declared consumers and {impact.logs.days} days of "
                f"logs; {len(impact.logs.unreadable)} of them could not be read (`{dossier.retirement.impact_digest}`)."
            ),
            "",
        ]
    rows = [
        (
            one.system,
            ("declared" if one.declared else "seen only") + _through(one.through),
            _answer(one),
            one.moves_to or "–",
            _day(one.cut_over_at),
            one.transition,
        )
        for one in dossier.parties
    ]
    columns = ("consumer", "known", "answer", "moves to", "by", "transition")
    return [*lines, *_table(columns, rows, "No consumer used it.")]


def _approvals(approvals: Sequence[DossierApproval]) -> list[str]:
    rows = [
        (vote.printed_name, vote.role.value, vote.decision, vote.meaning, _day(vote.decided_at), one.request.state)
        for one in approvals
        for vote in one.votes
    ]
    return _table(("person", "role", "decision", "meaning", "on", "the request was"), rows, "Nobody voted.")


def _traffic(dossier: RetirementDossier) -> list[str]:
    traffic, retirement = dossier.traffic, dossier.retirement
    if traffic is None:
        return ["No log was read."]
    return [
        (
            f"From {_day(traffic.from_at)} up to {_day(traffic.to_at)} {retirement.traffic_rows} rows were logged for "
            f"the version; {retirement.quiet_days} days were required. On {len(traffic.days_without_log)} of these "
            f"days nothing at all was logged (`{retirement.traffic_digest}`)."
        )
    ]


def _deployments(deployments: Sequence[Deployment]) -> list[str]:
    rows = [
        (f"{one.environment} {one.slot}", _day(one.from_at), _day(one.to_at), one.state, one.ended_reason or "–")
        for one in deployments
    ]
    return _table(("where", "from", "to", "state", "why it ended"), rows, "It never served.")


def _judgements(dossier: RetirementDossier) -> list[str]:
    validations = [
        f"- validated by {plain(one.validator)}: {one.conclusion}; limitations: {plain(one.limitations)}"
        for one in dossier.validations
    ]
    findings = [f"- finding {one.number} ({one.severity}, {one.state}): {plain(one.title)}" for one in dossier.findings]
    return [*validations, *findings] or ["Nothing was recorded."]


def _events(events: Sequence[DossierEvent]) -> list[str]:
    rows = [(str(one.seq), one.type, one.actor, one.effective_at[:16].replace("T", " ")) for one in events]
    return _table(("event", "type", "by", "at"), rows, "None.")


def _answer(party: RetirementParty) -> str:
    if not party.answered_by:
        return party.answer
    reason = f": {party.silence_reason}" if party.silence_reason else ""
    return f"{party.answer} by {party.answered_by}{reason}"


def _through(models: Sequence[str]) -> str:
    return f" through {', '.join(short(one) for one in models)}" if models else ""


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at is not None else "–"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> list[str]:
    return markdown_table(columns, ([plain(cell) for cell in row] for row in rows)) if rows else [nothing]
