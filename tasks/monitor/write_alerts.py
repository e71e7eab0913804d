"""Write to the outbox what pages people and which models could not be watched; no notice is written twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from data.errors import ModelwardError, PublishError
from data.notices.outbox import LONGEST_RECEIVER, Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.monitored_models import by_model
from data.queries.monitoring_results import standing_alerts
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.business_time import moment
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted


class _PendingNotice(NamedTuple):
    """A notice that is to be written: about which key, how it is made, and its time."""

    about: str
    make: Callable[[], Notice]
    at: datetime


@step("write alerts")
def write_alerts(
    runs: Sequence[MonitoringRun], unwatched: Mapping[str, str], as_of: datetime | None
) -> dict[str, list[Alert]]:
    """Write a notice for each alert that these runs opened, or opened again, as a page, and for each unwatched model.

    `unwatched` gives the reason by model: a model without results is not healthy. Returns all standing alerts by
    model. Raises PublishError at the end, when every other notice is written; a second run of the same windows writes
    what is missing.
    """
    registry = Registry.here()
    ran_at = {one.model: one.ran_at for one in runs}
    standing = standing_alerts(registry, ran_at, unwatched)
    notices = [
        _PendingNotice(one.key, partial(_notice, standing.models[one.model], one), ran_at[one.model])
        for one in standing.alerts
        if (one.level, one.state, one.changed_at) == ("page", "open", ran_at[one.model])
    ]
    counts = [counted(len(found), noun) for found, noun in ((notices, "page"), (unwatched, "failed model")) if found]
    name_step(f"write alerts: {', '.join(counts) or 'none'}")
    now = moment(as_of)
    notices += [
        _PendingNotice(model, partial(_unwatched, standing.models.get(model), model, why, now), now)
        for model, why in unwatched.items()
    ]
    _write_each(Outbox(registry.home.outbox), notices)
    return by_model(standing.alerts)


def _write_each(outbox: Outbox, notices: Sequence[_PendingNotice]) -> None:
    """Write every one of them; a notice that cannot be written does not stop the others.

    Raises PublishError naming one of those that could not be written.
    """
    if not notices:
        return
    there, lost = outbox.existing(), {}
    for pending in notices:
        try:
            outbox.put(pending.make(), pending.at, there)
        except ModelwardError as error:
            lost[pending.about] = error.what
        except Exception as error:  # noqa: BLE001 – reported at the end, with the key it is about
            lost[pending.about] = f"{type(error).__name__}: {error}"
    for about, why in lost.items():
        raise PublishError(
            f"{len(lost):,} of {len(notices):,} notices could not be written, on {short(about)} for one: {why}",
            "everything is recorded and the other notices are written; fix the cause and watch the same windows again",
        )


def _unwatched(known: Model | None, model: str, why: str, now: datetime) -> Notice:
    unknown = "Nothing is known about this model since the last recorded window."
    return Notice(
        kind="alert",
        to=_route(known),
        about=model,
        title=f"{short(model)} was not watched on {now.date()}",
        text=f"{quoted(why)}\n\n{unknown}{_whole_route(known)}",
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
        text=f"{severe}{quoted(alert.text)}{runbook}{answer}{_whole_route(model)}",
    )


def _route(model: Model | None) -> str:
    return (model.alert_route or model.owner) if model is not None else "operator"


def _whole_route(model: Model | None) -> str:
    """The route in full where a notice's receiver shows its beginning only."""
    route = _route(model)
    if len(route) <= LONGEST_RECEIVER:
        return ""
    return f"\n\nIts alert route is longer than a receiver can be: {quoted(route, 4_000)}"
