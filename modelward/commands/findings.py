"""List findings on versions, raise them, answer them as owner, and dispute or close them as another person."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.lookup import person_named, reference, row_named, rows_below, version_named
from data.records.review import Finding, Severity
from data.registry.commands.review import AnswerFinding, CloseFinding, DisputeFinding, OpenFinding
from data.registry.registry import Registry
from modelward.cli.caller import identify, prove, require_time
from modelward.cli.options import AsOf, By, CodeFromStdin, Json, Reason, SeverityName, VersionName
from modelward.cli.paging import Limit, OnlyAbout, PageNumber, RowTable, requested_page, show_rows
from modelward.cli.terminal import remark, show_receipt

app = typer.Typer(no_args_is_help=True, help="Findings: raise, answer, dispute, close.")

FindingKey = Annotated[str, typer.Argument(metavar="FINDING", help="The finding as listed: model/3#1.")]


def _cells(row: Finding) -> tuple[object, ...]:
    return (reference(row.key), row.severity.value, row.state, row.owner, f"{row.due_at:%Y-%m-%d}", row.title)


TABLE = RowTable("findings", ("finding", "severity", "state", "owner", "due", "title"), _cells, "no finding is open")


@app.command("list")
def list_findings(
    about: OnlyAbout = "",
    every: Annotated[bool, typer.Option("--all", help="Include closed findings.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the findings that are not closed, by version."""
    without = () if every else ("closed",)
    found = rows_below(Registry.here(), Finding, about, without, requested_page(page, limit, as_json))
    show_rows(found, TABLE, as_json)


@app.command("open")
def open_finding(
    version: VersionName,
    severity: Annotated[SeverityName, typer.Option("--severity", help="The standard defines which severity blocks.")],
    title: Annotated[str, typer.Option("--title", help="The defect in one line.")],
    text: Annotated[str, typer.Option("--text", help="The defect and its signs.")],
    owner: Annotated[str, typer.Option("--owner", metavar="PERSON", help="The person who must answer it.")],
    due: Annotated[str, typer.Option("--due", metavar="DAY", help="The day by which it must be answered.")],
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Raise a finding on a version."""
    who = identify(by, as_of)
    found = version_named(who.registry, version)
    owner_id = person_named(who.registry, owner).person
    remark(found.label)
    finding = {
        "severity": Severity(severity),
        "title": title,
        "text": text,
        "owner": owner_id,
        "due_at": require_time(due),
    }
    receipt = who.do(OpenFinding.model_validate({"version": found.version.key, **finding}))
    show_receipt(receipt, as_json, f"opened {reference(receipt.row(Finding).key)}; {owner_id} must answer it by {due}")


@app.command("answer")
def answer(
    finding: FindingKey,
    text: Annotated[str, typer.Option("--text", help="What was done about it.")],
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Answer a finding, as its owner."""
    who = identify(by, as_of)
    row = row_named(who.registry, Finding, finding)
    show_receipt(who.do(AnswerFinding(key=row.key, answer=text)), as_json, f"answered {reference(row.key)}")


@app.command("dispute")
def dispute(finding: FindingKey, reason: Reason, by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Dispute the answer to a finding, and give the reason."""
    who = identify(by, as_of)
    row = row_named(who.registry, Finding, finding)
    show_receipt(who.do(DisputeFinding(key=row.key, reason=reason)), as_json, f"disputed {reference(row.key)}")


@app.command("close")
def close(
    finding: FindingKey, by: By = "", code_from_stdin: CodeFromStdin = False, as_of: AsOf = "", as_json: Json = False
) -> None:
    """Close an answered finding of another person with your one-time code."""
    who = identify(by, as_of)
    row = row_named(who.registry, Finding, finding)
    receipt = who.do(CloseFinding(key=row.key, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"closed {reference(row.key)}")
