"""Tell people in the outbox what pages them, and which model could not be watched; nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from data.errors import ModelwardError, PublishError
from data.notices.outbox import LONGEST_RECEIVER, Notice, Outbox
from data.notices.quoted_text import quoted
from data.queries.monitored_models import STANDING, by_model
from data.records.model import Model
from data.records.monitoring import Alert, MonitoringRun
from data.records.names import short
from data.registry.registry import Registry
from tasks.run.business_time import moment


class _Word(NamedTuple):
    """Something that is to be told: about what, how it is written, and when."""

    about: str
    write: Callable[[], Notice]
    at: datetime


def write_alerts(
    runs: Sequence[MonitoringRun], unwatched: Mapping[str, str], as_of: datetime | None
) -> dict[str, list[Alert]]:
    """Leave a notice for each alert that these runs opened, or opened again, as a page, and for each model unwatched.

    `unwatched` says why, by model: silence is not health. Answers with all alerts that stand, by model. Raises
    PublishError at the end, when everything that can be told is told; a second run of the same windows writes what is
    missing.
    """
    registry = Registry.here()
    ran_at = {one.model: one.ran_at for one in runs}
    with registry.reading() as state:
        models = {one.key: one for one in state.among(Model, "key", (*ran_at, *unwatched))}
        standing = [one for one in state.among(Alert, "state", STANDING) if one.model in ran_at]
    words = [
        _Word(one.key, partial(_notice, models[one.model], one), ran_at[one.model])
        for one in standing
        if (one.level, one.state, one.changed_at) == ("page", "open", ran_at[one.model])
    ]
    now = moment(as_of)
    words += [
        _Word(model, partial(_unwatched, models.get(model), model, why, now), now) for model, why in unwatched.items()
    ]
    _leave_each(Outbox(registry.home.outbox), words)
    return by_model(standing)


def _leave_each(outbox: Outbox, words: Sequence[_Word]) -> None:
    """Leave every one of them; what cannot be told of one model keeps nobody from hearing of another.

    Raises PublishError naming one of those that could not be left.
    """
    if not words:
        return
    there, lost = outbox.existing(), {}
    for one in words:
        try:
            outbox.put(one.write(), one.at, there)
        except ModelwardError as error:
            lost[one.about] = error.what
        except Exception as error:  # noqa: BLE001 – told at the end, with what it was about
            lost[one.about] = f"{type(error).__name__}: {error}"
    for about, why in lost.items():
        raise PublishError(
            f"{len(lost):,} of {len(words):,} notices could not be left, on {short(about)} for one: {why}",
            "everything is recorded and the other notices are there; put it right and watch the same windows again",
        )


def _unwatched(known: Model | None, model: str, why: str, now: datetime) -> Notice:
    told = "Nothing is known about this model since the last recorded window."
    return Notice(
        kind="alert",
        to=_route(known),
        about=model,
        title=f"{short(model)} was not watched on {now.date()}",
        text=f"{quoted(why)}\n\n{told}{_whole_route(known)}",
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
