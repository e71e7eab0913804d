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
from modelward.cli.paging import Limit, OnlyModel, PageNumber, RowTable, requested_page, show_rows
from modelward.cli.terminal import show_receipt

app = typer.Typer(no_args_is_help=True, help="Alerts: list and answer them.")

AlertKey = Annotated[str, typer.Argument(metavar="ALERT", help="The alert as listed: model#4.")]
ENDED = ("dismissed", "ended")


def _cells(row: Alert) -> tuple[object, ...]:
    return (reference(row.key), row.level, row.state, row.last_window, row.times, row.text)


TABLE = RowTable(
    "alerts", ("alert", "level", "state", "last window", "times", "what"), _cells, "no alert is active", whole=3
)


@app.command("list")
def list_alerts(
    model: OnlyModel = "",
    every: Annotated[bool, typer.Option("--all", help="Include dismissed and ended alerts.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the alerts that are neither dismissed nor ended, by model."""
    without = () if every else ENDED
    found = rows_below(Registry.here(), Alert, model, without, requested_page(page, limit, as_json))
    show_rows(found, TABLE, as_json)


@app.command("ack")
def ack(alert: AlertKey, reason: Reason = "", by: By = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Acknowledge an alert: you have seen it and investigate it."""
    _answer(alert, "acknowledge", reason, "", by, as_of, as_json)


@app.command("snooze")
def snooze(
    alert: AlertKey,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="The time at which the snooze ends.")],
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
