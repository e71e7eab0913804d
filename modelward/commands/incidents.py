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
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import show_json, show_receipt, show_table, working

app = typer.Typer(no_args_is_help=True, help="Incidents: list and resolve them.")


@app.command("list")
def list_incidents(
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Only for this model.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Include resolved incidents.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the incidents that are not resolved."""
    without = () if every else ("resolved",)
    found = rows_below(Registry.here(), Incident, model, without, requested_page(page, limit, as_json))
    if as_json:
        show_json(found.rows)
        remark_page(found, "incidents")
        return
    rows = [
        (
            reference(one.key),
            one.kind,
            one.state,
            one.blocking,
            reference(one.version) if one.version else None,
            one.title,
        )
        for one in found.rows
    ]
    show_table(("incident", "kind", "state", "blocks", "version", "what"), rows, "no incident is open", whole=3)
    remark_page(found, "incidents")


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
