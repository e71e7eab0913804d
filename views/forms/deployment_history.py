"""A deployment as Markdown: which version serves, since when and why, and which versions served there before."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.deployment import Deployment
from data.records.names import short
from data.text.markdown_text import plain, quoted
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table


def deployment_lines(row: Deployment, deployments: Sequence[Deployment]) -> list[str]:
    """Return Markdown: the deployment, the date by which it must be ratified, and the history of its slot.

    `deployments` are those of the model; the history has those in the same environment and slot, newest first.
    """
    where = f"{plain(row.environment)}, {row.slot}"
    facts = [("Version", plain(short(row.version))), ("Use", quoted(row.use)), ("State", row.state.replace("_", " "))]
    facts += [("Since", f"{row.from_at:%Y-%m-%d %H:%M} UTC")]
    facts += [("Because", quoted(row.reason or row.ended_reason))] if row.reason or row.ended_reason else []
    facts += [("To be ratified by", f"{row.ratify_by:%Y-%m-%d %H:%M} UTC")] if row.ratify_by else []
    facts += [("Ratified by", plain(row.ratified_by))] if row.ratified_by else []
    passed = [f"- skipped: {plain(short(one['version']))}, {quoted(one['reason'])}" for one in row.passed_over]
    history = [one for one in deployments if (one.environment, one.slot) == (row.environment, row.slot)]
    ranked = sorted(history, key=lambda one: one.from_at, reverse=True)
    return [
        f"### {plain(short(row.model))} in {where}",
        "",
        *fact_table(facts),
        *(["", *passed] if passed else []),
        "",
        "#### What served there",
        "",
        *markdown_table(("version", "from", "to", "state"), map(_history_row, ranked)),
    ]


def _history_row(deployment: Deployment) -> tuple[str, ...]:
    ended = f"{deployment.to_at:%Y-%m-%d %H:%M}" if deployment.to_at else "–"
    state = deployment.state.replace("_", " ")
    return (plain(short(deployment.version)), f"{deployment.from_at:%Y-%m-%d %H:%M}", ended, state)
