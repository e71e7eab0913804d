"""Write the dossier of a retirement: JSON kept by digest, and the same in Markdown for people, under the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext, TaskRunContext

from data.errors import PublishError
from data.files.artifacts import ArtifactStore
from data.files.durable_file import write_durably
from data.files.home import Home
from data.records.names import short
from data.records.run_context import RunContext
from data.text.markdown_text import plain
from tasks.retire.gather_dossier import gather_dossier
from tasks.run.business_time import moment

REPLAYED = (
    "> This registry replays a past (`clock: replay`): every time in it is business time, not the time of writing."
)


def write_dossier(key: str, retain_until: datetime, run: RunContext) -> str:
    """Gather and write it; answers the digest of the JSON, under which the artifact store keeps it.

    Raises ArtifactError when evidence it rests on is missing, PublishError when the reports cannot be written.
    """
    told = gather_dossier(key, moment(run.as_of), retain_until)
    content, text = rfc8785.dumps(told), dossier_text(told)
    home = Home.here()
    digest = ArtifactStore(home.artifacts).put(content)
    name = "retirement-" + short(told["version"]["key"]).replace("/", "-").replace(" ", "-")
    try:
        write_durably(home.reports / f"{name}.json", content)
        write_durably(home.reports / f"{name}.md", text.encode())
    except OSError as error:
        raise PublishError(f"{home.reports} cannot be written: {error}", "make it writable and run again") from error
    if FlowRunContext.get() or TaskRunContext.get():
        create_markdown_artifact(text, key="retirement-dossier", description=name)
    return digest


def dossier_text(told: Mapping[str, Any]) -> str:
    """The dossier in Markdown."""
    retirement, version, model = told["retirement"], told["version"], told["model"]
    lines = [f"# Retirement of {short(version['key'])}", ""]
    lines += [REPLAYED, ""] if told["clock"] == "replay" else []
    lines += _facts(
        {
            "Model": f"{short(model['key'])}, tier {model['tier']}, owned by {model['owner']}",
            "Purpose": model["purpose"],
            "Reason": retirement["reason"],
            "Succeeded by": short(retirement["successor"]) if retirement["successor"] else "nothing",
            "Outputs still in force": retirement["outputs_in_force"] or "none were named",
            "Opened": f"{_day(retirement['opened_at'])} by {retirement['opened_by']}",
            "Sunset": _day(retirement["sunset_at"]),
            "Artifact": f"`{version['artifact']['digest']}`, {told['artifact']}",
            "Records kept until": _day(told["retain_until"]),
        }
    )
    lines += ["", "## Whom it reached", "", *_reached(told)]
    lines += ["", "## Who approved", "", *_approved(told["approvals"])]
    lines += ["", "## Quiet in the logs", "", *_quiet(retirement, told["traffic"])]
    lines += ["", "## Where it served", "", *_served(told["deployments"])]
    lines += ["", "## What was found of it", "", *_found(told)]
    lines += ["", "## Its events", "", *_events(told["events"])]
    return "\n".join(lines) + "\n"


def _facts(facts: Mapping[str, str]) -> list[str]:
    return [f"- **{name}:** {plain(said, 2_000) if name != 'Artifact' else said}" for name, said in facts.items()]


def _reached(told: Mapping[str, Any]) -> list[str]:
    impact = told["impact"]
    lines = []
    if impact is not None:
        logs = impact["logs"]
        lines = [
            (
                f"Assessed on {_day(impact['assessed_at'])} from what was declared and {logs['days']} days of logs; "
                f"{len(logs['unreadable'])} of them could not be read (`{told['retirement']['impact_digest']}`)."
            ),
            "",
        ]
    rows = [
        (
            one["system"],
            ("declared" if one["declared"] else "seen only") + _through(one["through"]),
            _answer(one),
            one["moves_to"] or "–",
            _day(one["cut_over_at"]),
            one["transition"],
        )
        for one in told["parties"]
    ]
    columns = ("consumer", "known", "answer", "moves to", "by", "transition")
    return [*lines, *_table(columns, rows, "Nobody used it.")]


def _approved(approvals: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (vote["printed_name"], vote["role"], vote["decision"], vote["meaning"], _day(vote["decided_at"]), one["state"])
        for one in approvals
        for vote in one["votes"]
    ]
    return _table(("person", "role", "decision", "meaning", "on", "the request was"), rows, "Nobody voted.")


def _quiet(retirement: Mapping[str, Any], traffic: Mapping[str, Any] | None) -> list[str]:
    if traffic is None:
        return ["Nothing was read."]
    missing = len(traffic["days_without_log"])
    return [
        (
            f"From {_day(traffic['from_at'])} up to {_day(traffic['to_at'])} {retirement['traffic_rows']} rows named "
            f"the version; {retirement['quiet_days']} days were asked for. On {missing} of these days "
            f"nothing at all was logged (`{retirement['traffic_digest']}`)."
        )
    ]


def _served(deployments: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (
            f"{one['environment']} {one['slot']}",
            _day(one["from_at"]),
            _day(one["to_at"]),
            one["state"],
            one["ended_reason"] or "–",
        )
        for one in deployments
    ]
    return _table(("where", "from", "to", "state", "why it ended"), rows, "It never served.")


def _found(told: Mapping[str, Any]) -> list[str]:
    validations = [
        f"- validated by {plain(one['validator'])}: {one['conclusion']}; limitations: {plain(one['limitations'])}"
        for one in told["validations"]
    ]
    findings = [
        f"- finding {one['number']} ({one['severity']}, {one['state']}): {plain(one['title'])}"
        for one in told["findings"]
    ]
    return [*validations, *findings] or ["Nothing was recorded."]


def _events(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [(str(one["seq"]), one["type"], one["actor"], one["effective_at"][:16].replace("T", " ")) for one in entries]
    return _table(("event", "what", "by", "at"), rows, "None.")


def _answer(party: Mapping[str, Any]) -> str:
    if not party["answered_by"]:
        return str(party["answer"])
    reason = f": {party['silence_reason']}" if party["silence_reason"] else ""
    return f"{party['answer']} by {party['answered_by']}{reason}"


def _through(models: Sequence[str]) -> str:
    return f" through {', '.join(short(one) for one in models)}" if models else ""


def _day(moment: str | None) -> str:
    return moment[:10] if moment else "–"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> list[str]:
    if not rows:
        return [nothing]
    head = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return [*head, *("| " + " | ".join(plain(cell) for cell in row) + " |" for row in rows)]
