"""Show on the run's page what serves now, since when and why, and what it took the place of."""

from __future__ import annotations

from data.queries.rows import rows
from data.records.deployment import Deployment
from data.records.names import short
from data.registry.registry import Registry
from data.text.markdown_text import plain, quoted
from tasks.run.leave_artifact import evidence_line, leave_artifact
from views.evidence_address import version_page
from views.forms.markdown_table import markdown_table
from views.forms.version_facts import fact_table


def show_deployment(key: str) -> None:
    """A deployment as it stands, with everything that served in its place before, as an artifact."""
    every = rows(Registry.here(), Deployment, model=key.partition("/deployments/")[0])
    row = next(one for one in every if one.key == key)
    stays = [one for one in every if (one.environment, one.slot) == (row.environment, row.slot)]
    lines = [*deployment_lines(row, stays), *evidence_line(version_page(row.version), row.version)]
    leave_artifact("deployment", row.model, lines, f"{short(row.version)} in {row.environment}: {row.state}")


def shown(key: str) -> str:
    """The deployment's key itself, after it was shown."""
    show_deployment(key)
    return key


def deployment_lines(row: Deployment, stays: list[Deployment]) -> list[str]:
    """Markdown: the deployment, whether it waits for ratification, and the history of its place."""
    where = f"{plain(row.environment)}, {row.slot}"
    facts = [("Version", plain(short(row.version))), ("Use", quoted(row.use)), ("State", row.state.replace("_", " "))]
    facts += [("Since", f"{row.from_at:%Y-%m-%d %H:%M} UTC")]
    facts += [("Because", quoted(row.reason or row.ended_reason))] if row.reason or row.ended_reason else []
    facts += [("To be ratified by", f"{row.ratify_by:%Y-%m-%d %H:%M} UTC")] if row.ratify_by else []
    facts += [("Ratified by", plain(row.ratified_by))] if row.ratified_by else []
    passed = [f"- passed over: {plain(short(one['version']))}, {quoted(one['reason'])}" for one in row.passed_over]
    ranked = sorted(stays, key=lambda one: one.from_at, reverse=True)
    return [
        f"### {plain(short(row.model))} in {where}",
        "",
        *fact_table(facts),
        *(["", *passed] if passed else []),
        "",
        "#### What served there",
        "",
        *markdown_table(("version", "from", "to", "state"), map(_stay, ranked)),
    ]


def _stay(deployment: Deployment) -> tuple[str, ...]:
    ended = f"{deployment.to_at:%Y-%m-%d %H:%M}" if deployment.to_at else "–"
    state = deployment.state.replace("_", " ")
    return (plain(short(deployment.version)), f"{deployment.from_at:%Y-%m-%d %H:%M}", ended, state)
