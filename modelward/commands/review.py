"""Find the reviews that are due, list them and complete them."""

from __future__ import annotations

from typing import Annotated

import typer

from data.queries.lookup import reference, row_named, rows_below
from data.records.review import Review
from data.registry.commands.review import CompleteReview
from data.registry.registry import Registry
from modelward.cli.caller import business_time, identify, prove
from modelward.cli.flow_report import end_with_report
from modelward.cli.options import AsOf, By, CodeFromStdin, Json, Local, NoWait
from modelward.cli.paging import Limit, OnlyModel, PageNumber, RowTable, requested_page, show_rows
from modelward.cli.terminal import show_receipt
from modelward.runs.flow_call import CallOptions, call

app = typer.Typer(no_args_is_help=True, help="Reviews: find those that are due, list, complete.")


@app.command("run")
def run(
    by: By = "",
    as_of: AsOf = "",
    local: Local = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Expire approvals and waivers, escalate unratified operations, open due reviews, and remind people."""
    parameters = {"as_of": business_time(as_of)}
    report = call("review_models", CallOptions(by, local, no_wait, as_json), parameters, "looking for due dates")
    end_with_report(report or {}, as_json, "nothing is due")


def _cells(row: Review) -> tuple[object, ...]:
    return (
        reference(row.key),
        row.state,
        reference(row.version) if row.version else None,
        f"{row.due_at:%Y-%m-%d}",
        row.reason,
    )


TABLE = RowTable("reviews", ("review", "state", "version", "due", "why"), _cells, "no review is open", whole=2)


@app.command("list")
def list_reviews(
    model: OnlyModel = "",
    every: Annotated[bool, typer.Option("--all", help="Include completed reviews.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the open reviews."""
    without = () if every else ("completed",)
    found = rows_below(Registry.here(), Review, model, without, requested_page(page, limit, as_json))
    show_rows(found, TABLE, as_json)


@app.command("complete")
def complete(
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="The review as listed: model#1.")],
    outcome: Annotated[str, typer.Option("--outcome", help="The outcome of the review.")],
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Complete a review with its outcome and your one-time code."""
    who = identify(by, as_of)
    row = row_named(who.registry, Review, review)
    receipt = who.do(CompleteReview(key=row.key, outcome=outcome, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"completed {reference(row.key)}")
