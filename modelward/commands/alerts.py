"""List the alerts of monitoring, and record how people answer them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from data.queries.lookup import reference, row_named, rows_below
from data.records.monitoring import Alert
from data.registry.commands.monitoring import AnswerAlert
from data.registry.registry import Registry
from modelward.cli.caller import business_time, identify
from modelward.cli.options import AsOf, By, Json, Reason
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import show_json, show_receipt, show_table

app = typer.Typer(no_args_is_help=True, help="Alerts: list and answer them.")

AlertKey = Annotated[str, typer.Argument(metavar="ALERT", help="The alert as listed: model#4.")]
ENDED = ("dismissed", "ended")


@app.command("list")
def list_alerts(
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Only for this model.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Include dismissed and ended alerts.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the alerts that are neither dismissed nor ended, by model."""
    without = () if every else ENDED
    found = rows_below(Registry.here(), Alert, model, without, requested_page(page, limit, as_json))
    if as_json:
        show_json(found.rows)
        remark_page(found, "alerts")
        return
    rows = [(reference(one.key), one.level, one.state, one.last_window, one.times, one.text) for one in found.rows]
    show_table(("alert", "level", "state", "last window", "times", "what"), rows, "no alert is active", whole=3)
    remark_page(found, "alerts")


@app.command("ack")
def ack(alert: AlertKey, reason: Reason = "", by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Acknowledge an alert: you have seen it and investigate it."""
    _answer(alert, "acknowledge", reason, "", by, as_of, as_json)


@app.command("snooze")
def snooze(
    alert: AlertKey,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="The end of the silence.")],
    reason: Reason,
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Silence an alert until a time."""
    _answer(alert, "snooze", reason, until, by, as_of, as_json)


@app.command("dismiss")
def dismiss(alert: AlertKey, reason: Reason, by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Dismiss an alert as false, and give the reason."""
    _answer(alert, "dismiss", reason, "", by, as_of, as_json)


@app.command("confirm")
def confirm(alert: AlertKey, reason: Reason = "", by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Confirm that an alert is real."""
    _answer(alert, "confirm", reason, "", by, as_of, as_json)


def _answer(
    alert: str,
    answer: Literal["acknowledge", "snooze", "dismiss", "confirm"],
    reason: str,
    until: str,
    by: str,
    as_of: str,
    as_json: bool,
) -> None:
    who = identify(by, as_of)
    row = row_named(who.registry, Alert, alert)
    receipt = who.do(AnswerAlert(key=row.key, answer=answer, reason=reason, until=business_time(until)))
    show_receipt(receipt, as_json, f"{reference(row.key)} is {receipt.row(Alert).state}")
