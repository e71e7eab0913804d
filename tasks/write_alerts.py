"""Tell people in the outbox what pages them, and which model could not be watched; nothing is told twice."""

from __future__ import annotations

from datetime import datetime

from data.home import Home
from data.outbox import Notice, Outbox
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import short
from data.registry import Registry
from tasks.business_time import moment


def write_alerts(run: MonitoringRun) -> list[Alert]:
    """Leave a notice for each alert that this run opened, or opened again, as a page; answers with all that stand.

    Raises PublishError when the outbox cannot be written; a second run of the same window writes what is missing.
    """
    registry = Registry.here()
    with registry.reading() as state:
        model = state.need(Model, run.model)
        alerts = [one for one in state.find(Alert, model=run.model) if one.state != "ended"]
    paging = [one for one in alerts if (one.level, one.state, one.changed_at) == ("page", "open", run.ran_at)]
    Outbox(registry.home.outbox).send([_notice(model, one) for one in paging], run.ran_at)
    return alerts


def tell_unwatched(model: str, why: str, as_of: datetime | None) -> None:
    """Leave a notice that a model could not be watched: silence is not health. Raises PublishError."""
    registry = Registry.here()
    with registry.reading() as state:
        known = state.get(Model, model)
    now = moment(as_of)
    notice = Notice(
        kind="alert",
        to=_route(known),
        about=model,
        title=f"{short(model)} was not watched on {now.date()}",
        text=f"{why}\n\nNothing is known about this model since the last recorded window.",
    )
    Outbox(Home.here().outbox).leave(notice, now)


def _notice(model: Model, alert: Alert) -> Notice:
    severe = "Severe: " if alert.severe else ""
    runbook = f"\n\nRunbook: {alert.runbook}" if alert.runbook else ""
    number = f"`{short(model.key)}#{alert.number}`"
    answer = f"\n\nAnswer with `modelward alerts ack`, `snooze`, `dismiss` or `confirm` {number}."
    return Notice(
        kind="alert",
        to=_route(model),
        about=alert.key,
        title=f"{short(model.key)}: {alert.about} pages on {alert.last_window}",
        text=f"{severe}{alert.text}{runbook}{answer}",
    )


def _route(model: Model | None) -> str:
    return (model.alert_route or model.owner) if model is not None else "operator"
