"""List the incidents that pages, rollbacks, suspensions and changed files opened, and resolve them."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.file_differences import require_gone
from data.queries.lookup import reference, row_named, rows_below
from data.records.monitoring import Incident
from data.registry.commands.deployment import ResolveIncident
from data.registry.registry import Registry
from modelward.cli.caller import identify, prove
from modelward.cli.options import AsOf, By, CodeFromStdin, Json
from modelward.cli.paging import Limit, OnlyModel, PageNumber, RowTable, requested_page, show_rows
from modelward.cli.terminal import show_receipt, working

app = typer.Typer(no_args_is_help=True, help="Incidents: list and resolve them.")


def _cells(row: Incident) -> tuple[object, ...]:
    return (
        reference(row.key),
        row.kind,
        row.state,
        row.blocking,
        reference(row.version) if row.version else None,
        row.title,
    )


TABLE = RowTable(
    "incidents", ("incident", "kind", "state", "blocks", "version", "what"), _cells, "no incident is open", whole=3
)


@app.command("list")
def list_incidents(
    model: OnlyModel = "",
    every: Annotated[bool, typer.Option("--all", help="Include resolved incidents.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the incidents that are not resolved."""
    without = () if every else ("resolved",)
    found = rows_below(Registry.here(), Incident, model, without, requested_page(page, limit, as_json))
    show_rows(found, TABLE, as_json)


@app.command("resolve")
def resolve(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident as listed: model#1.")],
    resolution: Annotated[str, typer.Option("--resolution", help="What was done.")],
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Resolve an incident and record what was done.

    If it blocks a version, or is about a file, your one-time code is required. The file is compared again first.
    """
    who = identify(by, as_of)
    row = row_named(who.registry, Incident, incident)
    if row.is_difference:
        with working("comparing the files again"):
            require_gone(who.registry, row)
    proof = prove(who.actor.id, code_from_stdin) if row.needs_code else None
    receipt = who.do(ResolveIncident(key=row.key, resolution=resolution, proof=proof))
    show_receipt(receipt, as_json, f"resolved {reference(row.key)}")
