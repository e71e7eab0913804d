"""Rules of a monitoring run: the run itself, the alerts that open, continue or end, the incidents, the consumers seen.

An alert is about one thing on one version. While it has not ended, the same finding adds to it. What somebody
acknowledged, snoozed, dismissed or confirmed stays quiet until it gets worse: from warning to page, or severe.
A page that nobody has answered opens one incident for its version. A severe one blocks a return to that version.
A window that is measured late or once more, when a newer one is on record, notifies nobody: it changes its own run,
and an alert that it was the last to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from data.errors import InputError
from data.records.events import EventType
from data.records.instant import in_utc
from data.records.model import Consumer, Model, MonitoringPlan
from data.records.monitoring import Alert, Incident, MonitoringRun
from data.records.names import short, system_name
from data.records.row import Row
from data.registry.command import Command, CommandResult, Context, Rule
from data.registry.commands.monitoring import AnswerAlert, Deviation, RecordMonitoring, SeenConsumer
from data.registry.lifecycle import ALERT_ANSWERS, check_alert_answer
from data.registry.state import State

EVENTS: Mapping[str, EventType] = {
    "acknowledge": EventType.ALERT_ACKNOWLEDGED,
    "snooze": EventType.ALERT_SNOOZED,
    "dismiss": EventType.ALERT_DISMISSED,
    "confirm": EventType.ALERT_CONFIRMED,
}


@dataclass
class _Watch:
    """The alerts of one model while a night is ruled on: those not ended, by what they are about, and what changed."""

    state: State
    model: Model
    window: str
    context: Context
    alerts: dict[tuple[str, str | None], Alert]
    count: int
    changed: dict[str, Alert] = field(default_factory=dict)

    @cached_property
    def is_late(self) -> bool:
        """Whether a newer window is on record."""
        return self.state.greatest(MonitoringRun, "to_date", model=self.model.key) > self.window

    def keep(self, alert: Alert) -> Alert:
        self.changed[alert.key] = alert
        return alert


def recorded(state: State, model: str, to_date: str, measurements_digest: str) -> MonitoringRun | None:
    """The run of the window that ends on this day when it measured just this; None when it is still to be recorded."""
    run = state.get(MonitoringRun, f"{model}/monitoring/{to_date}")
    return run if run is not None and run.measurements_digest == measurements_digest else None


def record_monitoring(state: State, command: RecordMonitoring, context: Context) -> CommandResult:
    """One night in one event. The same measurements again change nothing; others of the same window revise it."""
    model = state.need(Model, command.model)
    event = EventType.MONITORING_RECORDED
    same = recorded(state, model.key, command.to_date, command.measurements_digest)
    if same is not None:
        return CommandResult(event, same.key, (same,), unchanged=True)
    _check(state, command)
    fields = command.model_dump(exclude={"found", "quiet", "consumers"})
    key = f"{model.key}/monitoring/{command.to_date}"
    known = state.get(MonitoringRun, key)
    fields = {**fields, "ran_at": context.now, "run_id": context.run_id}
    run = MonitoringRun(key=key, **fields) if known is None else known.changed(**fields)
    every = state.find(Alert, model=model.key)
    standing = {(one.about, one.version): one for one in every if one.state != "ended"}
    watch = _Watch(state, model, command.to_date, context, standing, len(every))
    pages = [page for found in command.found if (page := _noted(watch, found)) is not None]
    _end(watch, command)
    incidents = _incidents(state, model, pages, context)
    consumers = _seen(state, model, command.consumers)
    rows: tuple[Row, ...] = (run, *watch.changed.values(), *incidents, *consumers)
    refs = {"evidence": [command.measurements_digest]}
    return CommandResult(event, key, rows, _summary(watch.changed.values(), incidents), refs)


def answer_alert(state: State, command: AnswerAlert, context: Context) -> CommandResult:
    """A person answers an alert. A snooze has an end and a reason, a dismissal a reason."""
    alert = state.need(Alert, command.key)
    check_alert_answer(f"alert {alert.number} of {short(alert.model)}", alert.state, command.answer)
    until = _snooze_end(command, context)
    row = alert.changed(
        state=ALERT_ANSWERS[command.answer],
        changed_by=context.person,
        reason=command.reason,
        snoozed_until=until,
        changed_at=context.now,
    )
    rows = (row, *_answered(state, row, context))
    return CommandResult(EVENTS[command.answer], alert.key, rows, {"reason": command.reason})


def _check(state: State, command: RecordMonitoring) -> None:
    plan = state.need(MonitoringPlan, command.plan)
    if plan.model != command.model:
        raise InputError(f"the plan {command.plan} is not one of {short(command.model)}")
    try:
        first, last = date.fromisoformat(command.from_date), date.fromisoformat(command.to_date)
    except ValueError as error:
        window = f"{command.from_date} to {command.to_date}"
        raise InputError(f"the window {window[:80]!a} has no dates", "write them as 2013-08-01") from error
    if last < first or last.isoformat() != command.to_date:
        raise InputError(f"the window ends on {command.to_date}, before it begins on {command.from_date}")
    abouts = [(one.about, one.version) for one in command.found]
    if len(set(abouts)) != len(abouts):
        raise InputError(f"the watch of {short(command.model)} found the same thing twice", "join the two findings")


def _noted(watch: _Watch, found: Deviation) -> Alert | None:
    """Open an alert or add to the one that stands; answers it when it is a page that nobody has answered.

    What a newer window was the last to find is left as it is, and what the newer windows did not find is not opened.
    """
    known = watch.alerts.get((found.about, found.version))
    if watch.is_late if known is None else watch.window < known.last_window:
        return None
    alert = watch.keep(_opened(watch, found) if known is None else _added(watch, known, found))
    return alert if alert.level == "page" and alert.state == "open" else None


def _opened(watch: _Watch, found: Deviation) -> Alert:
    watch.count += 1
    return Alert(
        key=f"{watch.model.key}/alerts/{watch.count}",
        model=watch.model.key,
        number=watch.count,
        first_window=watch.window,
        last_window=watch.window,
        route=watch.model.alert_route,
        runbook=watch.model.runbook,
        opened_at=watch.context.now,
        changed_at=watch.context.now,
        **found.model_dump(),
    )


def _added(watch: _Watch, known: Alert, found: Deviation) -> Alert:
    worse = (known.level == "warning" and found.level == "page") or (found.severe and not known.severe)
    is_over = known.state == "snoozed" and known.snoozed_until is not None and known.snoozed_until <= watch.context.now
    fields = found.model_dump(exclude={"about", "version"})
    fields["level"] = "page" if "page" in (known.level, found.level) else "warning"
    fields["severe"] = known.severe or found.severe
    fields["times"] = known.times + (watch.window > known.last_window)
    fields["last_window"] = watch.window
    if worse or is_over:
        fields |= {"state": "open", "snoozed_until": None, "changed_at": watch.context.now}
    return known.changed(**fields)


def _end(watch: _Watch, command: RecordMonitoring) -> None:
    """Alerts about what is quiet again end, and those about a thing that goes on at another version only.

    An older window, watched late or once more, says nothing about what a newer one found.
    """
    found = {one.about: {other.version for other in command.found if other.about == one.about} for one in command.found}
    for (about, version), alert in watch.alerts.items():
        moved = about in found and version not in found[about]
        if (about in command.quiet or moved) and alert.last_window <= watch.window:
            reason = "goes on at another version" if moved else "quiet again"
            before = watch.changed.get(alert.key)
            if before is None:
                watch.keep(alert.changed(state="ended", reason=reason, changed_at=watch.context.now))


def _incidents(state: State, model: Model, pages: list[Alert], context: Context) -> list[Incident]:
    """One open incident a version: pages join it, or open it."""
    every = state.find(Incident, model=model.key)
    _, number = state.next_key(Incident, f"{model.key}/incidents")
    changed: dict[str | None, Incident] = {}
    standing = {one.version: one for one in every if one.kind == "monitoring" and one.state != "resolved"}
    for alert in pages:
        known = changed.get(alert.version)
        if known is not None:
            row = known.model_copy(update=_joined(known, alert))
        elif alert.version in standing:
            row = standing[alert.version].changed(**_joined(standing[alert.version], alert))
        else:
            row = _incident(model, alert, number, context)
            number += 1
        changed[alert.version] = row
    return [row for version, row in changed.items() if row.rev == 1 or _differs(row, standing[version])]


def _joined(incident: Incident, alert: Alert) -> dict[str, object]:
    alerts = tuple(dict.fromkeys((*incident.alerts, alert.key)))
    return {"alerts": alerts, "blocking": incident.blocking or alert.severe}


def _differs(row: Incident, before: Incident) -> bool:
    return (row.alerts, row.blocking) != (before.alerts, before.blocking)


def _incident(model: Model, alert: Alert, number: int, context: Context) -> Incident:
    return Incident(
        key=f"{model.key}/incidents/{number}",
        model=model.key,
        version=alert.version,
        number=number,
        kind="monitoring",
        title=alert.text,
        alerts=(alert.key,),
        blocking=alert.severe,
        opened_at=context.now,
        opened_by=context.person,
    )


def _seen(state: State, model: Model, consumers: Iterable[SeenConsumer]) -> list[Consumer]:
    """Who used the model: `rows_seen` are those of the newest window; a system nobody declared is undeclared."""
    rows: list[Consumer] = []
    for system, (count, seen) in _by_system(consumers).items():
        key = f"{model.key}/consumers/{system}"
        known = state.get(Consumer, key)
        if known is None:
            fields = {"first_seen_at": seen, "last_seen_at": seen, "rows_seen": count}
            rows.append(
                Consumer.model_validate({"key": key, "model": model.key, "system": system, "declared": False, **fields})
            )
        elif known.last_seen_at is None or known.last_seen_at < seen:
            first = known.first_seen_at or seen
            rows.append(known.changed(first_seen_at=first, last_seen_at=seen, rows_seen=count))
    return rows


def _by_system(consumers: Iterable[SeenConsumer]) -> dict[str, tuple[int, datetime]]:
    """Rows and last time of each system: several names in the log may mean one system."""
    found: dict[str, tuple[int, datetime]] = {}
    for consumer in consumers:
        system, seen = system_name(consumer.system), in_utc(consumer.last_seen_at)
        rows, last = found.get(system, (0, seen))
        found[system] = (rows + consumer.rows, max(last, seen))
    return found


def _summary(alerts: Iterable[Alert], incidents: list[Incident]) -> dict[str, object]:
    by_state: dict[str, list[str]] = {"opened": [], "went_on": [], "ended": []}
    for alert in alerts:
        name = "ended" if alert.state == "ended" else "opened" if alert.rev == 1 else "went_on"
        by_state[name].append(alert.key)
    return {**by_state, "incidents": [one.key for one in incidents]}


def _snooze_end(command: AnswerAlert, context: Context) -> object:
    """The end of a snooze. Raises InputError for what an answer lacks or has too much."""
    if command.answer in ("snooze", "dismiss") and not command.reason.strip():
        raise InputError(f"to {command.answer} an alert needs a reason", "add --reason")
    if command.answer != "snooze":
        if command.until is not None:
            raise InputError(f"to {command.answer} an alert takes no end", "leave out --until, or snooze it")
        return None
    if command.until is None or in_utc(command.until) <= context.now:
        raise InputError("a snooze needs an end in the time to come", "add --until")
    return in_utc(command.until)


def _answered(state: State, alert: Alert, context: Context) -> list[Row]:
    """An incident follows the answers: seen by somebody, or false altogether when it blocks nothing."""
    found = [one for one in state.find(Incident, model=alert.model) if alert.key in one.alerts]
    standing = [one for one in found if one.state in ("open", "acknowledged")]
    others = {one.key: one.state for one in state.find(Alert, model=alert.model)} | {alert.key: alert.state}
    rows: list[Row] = []
    for incident in standing:
        false = all(others[key] == "dismissed" for key in incident.alerts) and not incident.blocking
        if false:
            fields = {"resolved_at": context.now, "resolved_by": context.person}
            rows.append(incident.changed(state="resolved", resolution="every alert was dismissed as false", **fields))
        elif incident.state == "open" and alert.state in ("acknowledged", "confirmed"):
            rows.append(incident.changed(state="acknowledged"))
    return rows


RULES: Mapping[type[Command], Rule] = {RecordMonitoring: record_monitoring, AnswerAlert: answer_alert}
