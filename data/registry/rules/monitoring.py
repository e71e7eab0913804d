"""Judge the commands that record a monitoring run, with its alerts, incidents and consumers, or answer an alert.

An alert is about one thing on one version. Until it has ended, a further deviation of that thing updates it. An alert
that a person acknowledged, snoozed, dismissed or confirmed opens again only when it gets worse (from warning to page,
or severe) or when its snooze is over. An unanswered alert of level page opens one incident for its version; a severe
alert makes the incident block a rollback to that version.
A window that is recorded after a later window opens no alert. It only changes its own run, and each alert that no later
window found.
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
class _AlertChanges:
    """The open alerts of a model, by thing and version, and the alerts that a monitoring run changes."""

    state: State
    model: Model
    window: str
    context: Context
    alerts: dict[tuple[str, str | None], Alert]
    count: int
    changed: dict[str, Alert] = field(default_factory=dict)

    @cached_property
    def is_late(self) -> bool:
        """True if a later window is recorded already."""
        return self.state.greatest(MonitoringRun, "to_date", model=self.model.key) > self.window

    def keep(self, alert: Alert) -> Alert:
        self.changed[alert.key] = alert
        return alert


def recorded(state: State, model: str, to_date: str, measurements_digest: str) -> MonitoringRun | None:
    """Return the recorded run of the window that ends on `to_date` if it has these measurements, otherwise None."""
    run = state.get(MonitoringRun, f"{model}/monitoring/{to_date}")
    return run if run is not None and run.measurements_digest == measurements_digest else None


def record_monitoring(state: State, command: RecordMonitoring, context: Context) -> CommandResult:
    """Record a monitoring run in one event. Equal measurements change nothing; others of the same window replace it."""
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
    open_alerts = {(one.about, one.version): one for one in every if one.state != "ended"}
    changes = _AlertChanges(state, model, command.to_date, context, open_alerts, len(every))
    pages = [page for found in command.found if (page := _note_deviation(changes, found)) is not None]
    _end(changes, command)
    incidents = _incidents(state, model, pages, context)
    consumers = _consumers(state, model, command.consumers)
    rows: tuple[Row, ...] = (run, *changes.changed.values(), *incidents, *consumers)
    refs = {"evidence": [command.measurements_digest]}
    return CommandResult(event, key, rows, _summary(changes.changed.values(), incidents), refs)


def answer_alert(state: State, command: AnswerAlert, context: Context) -> CommandResult:
    """Record a person's answer to an alert. A snooze needs an end and a reason, a dismissal needs a reason."""
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
    rows = (row, *_answered_incidents(state, row, context))
    return CommandResult(EVENTS[command.answer], alert.key, rows, {"reason": command.reason})


def _check(state: State, command: RecordMonitoring) -> None:
    plan = state.need(MonitoringPlan, command.plan)
    if plan.model != command.model:
        raise InputError(
            f"the monitoring plan {command.plan} is not one of {short(command.model)}", "use a plan of the model"
        )
    try:
        first, last = date.fromisoformat(command.from_date), date.fromisoformat(command.to_date)
    except ValueError as error:
        window = f"{command.from_date} to {command.to_date}"
        raise InputError(
            f"the window {window[:80]!a} does not consist of two dates", "write both as YYYY-MM-DD"
        ) from error
    for what, text, day in (("start", command.from_date, first), ("end", command.to_date, last)):
        if day.isoformat() != text:
            raise InputError(f"the {what} of the window, {text}, is not in the form YYYY-MM-DD", f"write it as {day}")
    if last < first:
        raise InputError(
            f"the window ends on {command.to_date}, before it begins on {command.from_date}", "exchange the two dates"
        )
    abouts = [(one.about, one.version) for one in command.found]
    if len(set(abouts)) != len(abouts):
        raise InputError(
            f"the monitoring run of {short(command.model)} has two deviations about the same thing",
            "record one deviation for each thing and version",
        )


def _note_deviation(changes: _AlertChanges, found: Deviation) -> Alert | None:
    """Open or update the alert about a deviation; return the alert if it is an unanswered one of level page.

    An older window changes no alert that a later window found, and opens no alert that later windows did not find.
    """
    known = changes.alerts.get((found.about, found.version))
    if changes.is_late if known is None else changes.window < known.last_window:
        return None
    alert = changes.keep(_new_alert(changes, found) if known is None else _updated(changes, known, found))
    return alert if alert.level == "page" and alert.state == "open" else None


def _new_alert(changes: _AlertChanges, found: Deviation) -> Alert:
    changes.count += 1
    return Alert(
        key=f"{changes.model.key}/alerts/{changes.count}",
        model=changes.model.key,
        number=changes.count,
        first_window=changes.window,
        last_window=changes.window,
        route=changes.model.alert_route,
        runbook=changes.model.runbook,
        opened_at=changes.context.now,
        changed_at=changes.context.now,
        **found.model_dump(),
    )


def _updated(changes: _AlertChanges, known: Alert, found: Deviation) -> Alert:
    worse = (known.level == "warning" and found.level == "page") or (found.severe and not known.severe)
    is_over = (
        known.state == "snoozed" and known.snoozed_until is not None and known.snoozed_until <= changes.context.now
    )
    fields = found.model_dump(exclude={"about", "version"})
    fields["level"] = "page" if "page" in (known.level, found.level) else "warning"
    fields["severe"] = known.severe or found.severe
    fields["times"] = known.times + (changes.window > known.last_window)
    fields["last_window"] = changes.window
    if worse or is_over:
        fields |= {"state": "open", "snoozed_until": None, "changed_at": changes.context.now}
    return known.changed(**fields)


def _end(changes: _AlertChanges, command: RecordMonitoring) -> None:
    """End the alerts about things without deviation, and those about a thing that now deviates on another version only.

    A window does not end an alert that a later window found.
    """
    found = {one.about: {other.version for other in command.found if other.about == one.about} for one in command.found}
    for (about, version), alert in changes.alerts.items():
        moved = about in found and version not in found[about]
        if (about in command.quiet or moved) and alert.last_window <= changes.window:
            reason = "continues on another version" if moved else "normal again"
            before = changes.changed.get(alert.key)
            if before is None:
                changes.keep(alert.changed(state="ended", reason=reason, changed_at=changes.context.now))


def _incidents(state: State, model: Model, pages: list[Alert], context: Context) -> list[Incident]:
    """Return the incidents that these alerts open or change; a version has at most one open monitoring incident."""
    every = state.find(Incident, model=model.key)
    _, number = state.next_key(Incident, f"{model.key}/incidents")
    changed: dict[str | None, Incident] = {}
    unresolved = {one.version: one for one in every if one.kind == "monitoring" and one.state != "resolved"}
    for alert in pages:
        known = changed.get(alert.version)
        if known is not None:
            row = known.model_copy(update=_joined(known, alert))
        elif alert.version in unresolved:
            row = unresolved[alert.version].changed(**_joined(unresolved[alert.version], alert))
        else:
            row = _incident(model, alert, number, context)
            number += 1
        changed[alert.version] = row
    return [row for version, row in changed.items() if row.rev == 1 or _differs(row, unresolved[version])]


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


def _consumers(state: State, model: Model, consumers: Iterable[SeenConsumer]) -> list[Consumer]:
    """Return the new or changed consumers; `rows_seen` is the row count of the latest window that has the system."""
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
    """Return the row count and last time of each system, since several names in the log may stand for one system."""
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
    """Return the end of a snooze, None for another answer. Raises InputError for a wrong or missing reason or end."""
    if command.answer in ("snooze", "dismiss") and not command.reason.strip():
        raise InputError(f"a reason is needed to {command.answer} an alert", "add --reason")
    if command.answer != "snooze":
        if command.until is not None:
            raise InputError(f"the answer `{command.answer}` takes no end", "omit --until, or snooze the alert")
        return None
    if command.until is None or in_utc(command.until) <= context.now:
        raise InputError("the end of a snooze must be in the future", "add --until with a later time")
    return in_utc(command.until)


def _answered_incidents(state: State, alert: Alert, context: Context) -> list[Row]:
    """Return the incidents that change with an answered alert: acknowledged with it, or resolved when every alert was
    dismissed and the incident blocks nothing.
    """
    found = [one for one in state.find(Incident, model=alert.model) if alert.key in one.alerts]
    unresolved = [one for one in found if one.state in ("open", "acknowledged")]
    others = {one.key: one.state for one in state.find(Alert, model=alert.model)} | {alert.key: alert.state}
    rows: list[Row] = []
    for incident in unresolved:
        false = all(others[key] == "dismissed" for key in incident.alerts) and not incident.blocking
        if false:
            fields = {"resolved_at": context.now, "resolved_by": context.person}
            rows.append(incident.changed(state="resolved", resolution="every alert was dismissed as false", **fields))
        elif incident.state == "open" and alert.state in ("acknowledged", "confirmed"):
            rows.append(incident.changed(state="acknowledged"))
    return rows


RULES: Mapping[type[Command], Rule] = {RecordMonitoring: record_monitoring, AnswerAlert: answer_alert}
