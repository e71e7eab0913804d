"""Show on the run's page which version serves now, since when and why, and which versions served before."""

from __future__ import annotations

from data.queries.rows import rows
from data.records.deployment import Deployment
from data.records.names import short
from data.registry.registry import Registry
from data.text.markdown_text import plain, quoted
from tasks.run.create_prefect_artifact import create_prefect_artifact, evidence_line
from views.evidence_address import version_page
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table


def show_deployment(key: str) -> str:
    """Create a Prefect artifact of a deployment and the history of its slot; return the deployment's key."""
    every = rows(Registry.here(), Deployment, model=key.partition("/deployments/")[0])
    row = next(one for one in every if one.key == key)
    history = [one for one in every if (one.environment, one.slot) == (row.environment, row.slot)]
    lines = [*deployment_lines(row, history), *evidence_line(version_page(row.version), row.version)]
    create_prefect_artifact("deployment", row.model, lines, f"{short(row.version)} in {row.environment}: {row.state}")
    return key


def deployment_lines(row: Deployment, history: list[Deployment]) -> list[str]:
    """Return Markdown: the deployment, the date by which it must be ratified, and the history of its slot."""
    where = f"{plain(row.environment)}, {row.slot}"
    facts = [("Version", plain(short(row.version))), ("Use", quoted(row.use)), ("State", row.state.replace("_", " "))]
    facts += [("Since", f"{row.from_at:%Y-%m-%d %H:%M} UTC")]
    facts += [("Because", quoted(row.reason or row.ended_reason))] if row.reason or row.ended_reason else []
    facts += [("To be ratified by", f"{row.ratify_by:%Y-%m-%d %H:%M} UTC")] if row.ratify_by else []
    facts += [("Ratified by", plain(row.ratified_by))] if row.ratified_by else []
    passed = [f"- passed over: {plain(short(one['version']))}, {quoted(one['reason'])}" for one in row.passed_over]
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
