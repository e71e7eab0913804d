"""A model's history, and any past moment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from modelward.cli.options import Environment, Json, ModelName, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import duckdb

    from data.queries.history import LogEntry, Standing
    from modelward.cli.options import SlotName


def history(
    model: ModelName,
    as_of: Annotated[str, typer.Option("--as-of", metavar="TIME", help="What was true then.")] = "",
    known_at: Annotated[
        str, typer.Option("--known-at", metavar="TIME", help="As far as it was recorded by then.")
    ] = "",
    environment: Environment = "production",
    slot: Slot = "champion",
    as_json: Json = False,
) -> None:
    """Every event of a model; or what was in production at a moment, approved by whom, on which evidence.

    A bare day means its first moment, in UTC.
    """
    from data.queries.history import events
    from data.queries.lookup import find_model
    from data.registry.registry import Registry
    from data.registry.state import State
    from modelward.cli.caller import business_time
    from modelward.cli.terminal import show_json

    moment, known = business_time(as_of), business_time(known_at)
    with Registry.here().store.reading() as connection:
        key = find_model(State(connection), model).key
        if moment is None and known is None:
            told: Standing | list[LogEntry] = events(connection, key)
        else:
            told = _standing(connection, key, moment, known, environment, slot)
    if as_json:
        show_json(told)
    elif isinstance(told, list):
        show_events(told)
    else:
        _show(told)


def _standing(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    moment: datetime | None,
    known: datetime | None,
    environment: str,
    slot: SlotName,
) -> Standing:
    """What stood at `moment`, from the events recorded by `known`; either may be left out."""
    from data.queries.history import as_of

    if moment is None:
        assert known is not None
        return as_of(connection, model, known, by="recorded", environment=environment, slot=slot)
    source = connection if known is None else _recorded(connection, known)
    return as_of(source, model, moment, environment=environment, slot=slot)


def _recorded(connection: duckdb.DuckDBPyConnection, known: datetime) -> Iterator[bytes]:
    """The bodies of the events that were recorded by a moment."""
    import json

    from data.records.instant import write_instant
    from data.registry.audit_log import AuditLog

    limit = write_instant(known)
    return (body for body in AuditLog(connection).bodies(0) if json.loads(body)["recorded_at"] <= limit)


def show_events(entries: list[LogEntry]) -> None:
    """Events, one a line."""
    from data.queries.lookup import reference
    from modelward.cli.terminal import show_table

    rows = [
        (one.seq, one.effective_at[:16].replace("T", " "), one.type, reference(one.subject), _actor(one))
        for one in entries
    ]
    show_table(("event", "when", "type", "about", "by"), rows, "no event", whole=3)


def _actor(one: LogEntry) -> str:
    return one.actor if one.auth != "os-user" else f"{one.actor} (unproven)"


def _show(one: Standing) -> None:
    from data.queries.lookup import reference
    from modelward.cli.terminal import heading, say, show_facts, show_table, written

    heading(f"{reference(one.model)} on {written(one.as_of)} UTC, {one.environment} {one.slot}")
    if one.version is None:
        say(f"nothing served there; owner {one.owner}, tier {one.tier}")
        return
    show_facts(
        {
            "version": reference(one.version),
            "review": one.review_state,
            "approved until": one.valid_until,
            "served since": one.from_at,
            "use": one.use,
            "why": one.reason,
            "owner": f"{one.owner}, tier {one.tier}",
            "approved": one.approved_at,
            "evidence": one.evidence_digest,
            "standards": f"{written(one.standards)} {one.standards_digest or ''}".strip(),
            "artifact": one.artifact_digest,
            "rests on": f"{one.events} events, the newest is {one.last_event}",
        }
    )
    votes = [(vote.name, vote.role, vote.decision, vote.decided_at, vote.proof) for vote in one.approvers]
    show_table(("approver", "role", "decision", "when", "proof"), votes, "nobody approved it", title="Approved by")
    for finding in one.open_findings:
        say(f"open finding {reference(finding.key)} ({finding.severity}): {finding.title}")
    for waiver in one.waivers:
        say(f"waiver of {waiver.control} until {written(waiver.expires_at)}: {waiver.reason}")
