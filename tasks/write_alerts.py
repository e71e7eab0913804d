"""Tell people in the outbox what pages them, and which model could not be watched; nothing is told twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from data.outbox import Notice, Outbox
from data.quotation import quoted
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import short
from data.registry import Registry
from tasks.business_time import moment
from tasks.find_watched import STANDING, by_model


def write_alerts(
    runs: Sequence[MonitoringRun], unwatched: Mapping[str, str], as_of: datetime | None
) -> dict[str, list[Alert]]:
    """Leave a notice for each alert that these runs opened, or opened again, as a page, and for each model unwatched.

    `unwatched` says why, by model: silence is not health. Answers with all alerts that stand, by model. Raises
    PublishError when the outbox cannot be written; a second run of the same windows writes what is missing.
    """
    registry = Registry.here()
    ran_at = {one.model: one.ran_at for one in runs}
    with registry.reading() as state:
        models = {one.key: one for one in state.among(Model, "key", (*ran_at, *unwatched))}
        standing = [one for one in state.among(Alert, "state", STANDING) if one.model in ran_at]
    outbox = Outbox(registry.home.outbox)
    for one in standing:
        if (one.level, one.state, one.changed_at) == ("page", "open", ran_at[one.model]):
            outbox.leave(_notice(models[one.model], one), ran_at[one.model])
    now = moment(as_of)
    for model, why in unwatched.items():
        outbox.leave(_unwatched(models.get(model), model, why, now), now)
    return by_model(standing)


def _unwatched(known: Model | None, model: str, why: str, now: datetime) -> Notice:
    return Notice(
        kind="alert",
        to=_route(known),
        about=model,
        title=f"{short(model)} was not watched on {now.date()}",
        text=f"{quoted(why)}\n\nNothing is known about this model since the last recorded window.",
    )


def _notice(model: Model, alert: Alert) -> Notice:
    severe = "Severe: " if alert.severe else ""
    runbook = f"\n\nRunbook: {quoted(alert.runbook)}" if alert.runbook else ""
    number = f"`{short(model.key)}#{alert.number}`"
    answer = f"\n\nAnswer with `modelward alerts ack`, `snooze`, `dismiss` or `confirm` {number}."
    return Notice(
        kind="alert",
        to=_route(model),
        about=alert.key,
        title=f"{short(model.key)}: {quoted(alert.about, 128)} pages on {alert.last_window}",
        text=f"{severe}{quoted(alert.text)}{runbook}{answer}",
    )


def _route(model: Model | None) -> str:
    return (model.alert_route or model.owner) if model is not None else "operator"
