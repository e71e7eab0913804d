"""Request, grant, refuse and revoke waivers: a control is set aside for one version until a day."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.lookup import reference, row_named, rows_below, version_named
from data.records.review import Waiver
from data.registry.commands.review import DecideWaiver, RequestWaiver, RevokeWaiver
from data.registry.registry import Registry
from modelward.cli.caller import identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, Json, Reason, VersionName
from modelward.cli.paging import Limit, OnlyAbout, PageNumber, RowTable, requested_page, show_rows
from modelward.cli.terminal import remark, show_receipt

ENDED = ("refused", "revoked", "expired")

app = typer.Typer(no_args_is_help=True, help="Waivers: request, decide, revoke.")

WaiverKey = Annotated[str, typer.Argument(metavar="WAIVER", help="The waiver as listed: model/3#1.")]


def _cells(row: Waiver) -> tuple[object, ...]:
    return (reference(row.key), row.control, row.state, f"{row.expires_at:%Y-%m-%d}", _people(row), row.reason)


TABLE = RowTable(
    "waivers",
    ("waiver", "control", "state", "until", "by", "reason"),
    _cells,
    "no waiver is requested or in force",
    whole=4,
)


@app.command("list")
def list_waivers(
    about: OnlyAbout = "",
    every: Annotated[bool, typer.Option("--all", help="Include refused, revoked and expired waivers.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the waivers that are requested or in force."""
    without = () if every else ENDED
    found = rows_below(Registry.here(), Waiver, about, without, requested_page(page, limit, as_json))
    show_rows(found, TABLE, as_json)


def _people(waiver: Waiver) -> str:
    requested = f"requested by {waiver.requester}"
    return f"{requested}, decided by {waiver.approver}" if waiver.approver else requested


@app.command("request")
def request(
    version: VersionName,
    control: Annotated[str, typer.Option("--control", help="The id of the control.")],
    reason: Reason,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The day on which it ends.")],
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Request that a control be set aside for a version until a day."""
    who = identify(by, as_of)
    found = version_named(who.registry, version)
    remark(found.label)
    command = RequestWaiver(version=found.version.key, control=control, reason=reason, expires_at=require_time(until))
    receipt = who.do(command)
    show_receipt(receipt, as_json, f"requested {reference(receipt.row(Waiver).key)}; another person must decide it")


@app.command("decide")
def decide(
    waiver: WaiverKey,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="Your decision.")],
    reason: Reason = "",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Grant or refuse another person's waiver request with your one-time code."""
    who = identify(by, as_of)
    row = row_named(who.registry, Waiver, waiver)
    proof = prove(who.actor.id, code_from_stdin)
    receipt = who.do(DecideWaiver(key=row.key, grant=grant, reason=reason, proof=proof))
    show_receipt(receipt, as_json, f"{'granted' if grant else 'refused'} {reference(row.key)}")


@app.command("revoke")
def revoke(
    waiver: WaiverKey,
    reason: Reason,
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Revoke a waiver. The approval of a version that used it is revoked too."""
    who = identify(by, as_of)
    row = row_named(who.registry, Waiver, waiver)
    proof = prove(who.actor.id, code_from_stdin)
    receipt = who.do(RevokeWaiver(key=row.key, reason=reason, proof=proof))
    show_receipt(receipt, as_json, f"revoked {reference(row.key)}")
