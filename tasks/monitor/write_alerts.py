"""Write notices about new alerts of level page and about models that could not be monitored, each only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from data.errors import ModelwardError, PublishError
from data.notices.outbox import LONGEST_RECEIVER, Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.monitored_models import by_model
from data.queries.monitoring_results import active_alerts
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import short
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step


class _PendingNotice(NamedTuple):
    """A notice to write: the key it is about, the function that makes it, and its time."""

    about: str
    make: Callable[[], Notice]
    at: datetime


@step("write alerts")
def write_alerts(
    runs: Sequence[MonitoringRun], unmonitored: Mapping[str, str], as_of: datetime | None
) -> dict[str, list[Alert]]:
    """Write a notice for each alert that these runs opened or reopened as a page, and for each unmonitored model.

    `unmonitored` gives the reason by model, because a model without results cannot be assumed healthy. Return all open
    alerts by model. Raises PublishError after every other notice is written; repeating the same windows writes the
    missing notices.
    """
    registry = Registry.here()
    ran_at = {one.model: one.ran_at for one in runs}
    standing = active_alerts(registry, ran_at, unmonitored)
    notices = [
        _PendingNotice(one.key, partial(_notice, standing.models[one.model], one), ran_at[one.model])
        for one in standing.alerts
        if (one.level, one.state, one.changed_at) == ("page", "open", ran_at[one.model])
    ]
    counts = [counted(len(found), noun) for found, noun in ((notices, "page"), (unmonitored, "failed model")) if found]
    name_step(f"write alerts: {', '.join(counts) or 'none'}")
    now = moment(as_of)
    notices += [
        _PendingNotice(model, partial(_unmonitored, standing.models.get(model), model, why, now), now)
        for model, why in unmonitored.items()
    ]
    _write_each(Outbox(registry.home.outbox), notices)
    return by_model(standing.alerts)


def _write_each(outbox: Outbox, notices: Sequence[_PendingNotice]) -> None:
    """Write every notice; a notice that cannot be written does not stop the others.

    Raises PublishError for the notices that could not be written.
    """
    if not notices:
        return
    there, failed = outbox.existing(), {}
    for pending in notices:
        try:
            outbox.write(pending.make(), pending.at, there)
        except ModelwardError as error:
            failed[pending.about] = error.what
        except Exception as error:  # noqa: BLE001 – reported at the end, with the key it is about
            failed[pending.about] = f"{type(error).__name__}: {error}"
    for about, why in failed.items():
        raise PublishError(
            f"{len(failed):,} of {counted(len(notices), 'notice')} could not be written; the first is about "
            f"{short(about)}: {why}",
            "correct the cause, then monitor the same windows again; the results are already recorded",
        )


def _unmonitored(known: Model | None, model: str, why: str, now: datetime) -> Notice:
    unknown = "Nothing is known about this model since the last recorded window."
    return Notice(
        kind="alert",
        to=_route(known),
        about=model,
        title=f"{short(model)} was not monitored on {now.date()}",
        text=f"{quoted(why)}\n\n{unknown}{_whole_route(known)}",
    )


def _notice(model: Model, alert: Alert) -> Notice:
    severe = "Severe: " if alert.severe else ""
    runbook = f"\n\nRunbook: {quoted(alert.runbook)}" if alert.runbook else ""
    number, subject = f"`{short(model.key)}#{alert.number}`", quoted(alert.about, 128)
    answer = f"\n\nAnswer with `modelward alerts ack`, `snooze`, `dismiss` or `confirm` {number}."
    return Notice(
        kind="alert",
        to=_route(model),
        about=alert.key,
        title=f"{short(model.key)}: alert of level page about {subject}, window ending {alert.last_window}",
        text=f"{severe}{quoted(alert.text)}{runbook}{answer}{_whole_route(model)}",
    )


def _route(model: Model | None) -> str:
    return (model.alert_route or model.owner) if model is not None else "operator"


def _whole_route(model: Model | None) -> str:
    """Return the full alert route when it is too long for the receiver field of a notice, otherwise ""."""
    route = _route(model)
    if len(route) <= LONGEST_RECEIVER:
        return ""
    return f"\n\nThe alert route is too long for the receiver field of a notice: {quoted(route, 4_000)}"
