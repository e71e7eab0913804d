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
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import show_json, show_receipt, show_table
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
    report = call("review_models", CallOptions(by, local, no_wait), parameters, "looking for due dates")
    end_with_report(report or {}, as_json, "nothing is due")


@app.command("list")
def list_reviews(
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Only for this model.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Include completed reviews.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the open reviews."""
    without = () if every else ("completed",)
    found = rows_below(Registry.here(), Review, model, without, requested_page(page, limit, as_json))
    if as_json:
        show_json(found.rows)
        remark_page(found, "reviews")
        return
    rows = [
        (
            reference(one.key),
            one.state,
            reference(one.version) if one.version else None,
            f"{one.due_at:%Y-%m-%d}",
            one.reason,
        )
        for one in found.rows
    ]
    show_table(("review", "state", "version", "due", "why"), rows, "no review is open", whole=2)
    remark_page(found, "reviews")


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
