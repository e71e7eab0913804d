"""List the events of a model, or show its state at a past moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from data.queries.history import SlotSnapshot, slot_as_of, slot_as_recorded
from data.queries.log_entries import LogEntry
from data.queries.log_page import log_page
from data.queries.lookup import reference
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import EnvironmentOption, Json, ModelName, SlotChoice, SlotOption
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import as_text, heading, say, show_facts, show_json, show_table


def history(
    model: ModelName,
    as_of: Annotated[str, typer.Option("--as-of", metavar="TIME", help="Show what was true at this time.")] = "",
    known_at: Annotated[
        str, typer.Option("--known-at", metavar="TIME", help="Use only events recorded by this time.")
    ] = "",
    environment: EnvironmentOption = "production",
    slot: SlotOption = "champion",
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List the events of a model, or show what served at a past moment and who approved it.

    The first page has the latest events, oldest first; further pages have earlier ones.

    A day without a time means its first moment, in UTC.
    """
    registry, moment, known = Registry.here(), business_time(as_of), business_time(known_at)
    if moment is not None or known is not None:
        result = _snapshot(registry, model, moment, known, environment, slot)
        show_json(result) if as_json else _show(result)
        return
    found = log_page(registry, model, page=requested_page(page, limit, as_json))
    if as_json:
        show_json(found.rows)
    else:
        show_events(found.rows)
    remark_page(found, "events", "counted from the latest")


def _snapshot(
    registry: Registry,
    model: str,
    moment: datetime | None,
    known: datetime | None,
    environment: str,
    slot: SlotChoice,
) -> SlotSnapshot:
    """Return the slot at `moment`, from the events recorded by `known`; one of these two times may be None."""
    if moment is None:
        assert known is not None
        return slot_as_recorded(registry, model, known, environment=environment, slot=slot)
    return slot_as_of(registry, model, moment, known, environment=environment, slot=slot)


def show_events(entries: Sequence[LogEntry]) -> None:
    """Print events, one a line."""
    rows = [
        (one.seq, one.effective_at[:16].replace("T", " "), one.type, reference(one.subject), _actor(one))
        for one in entries
    ]
    show_table(("event", "when", "type", "about", "by"), rows, "there is no event", whole=3)


def _actor(event: LogEntry) -> str:
    return event.actor if event.auth != "os-user" else f"{event.actor} (unproven)"


def _show(snapshot: SlotSnapshot) -> None:
    heading(f"{reference(snapshot.model)} on {as_text(snapshot.as_of)} UTC, {snapshot.environment} {snapshot.slot}")
    if snapshot.version is None:
        say(f"no version served; owner {snapshot.owner}, tier {snapshot.tier}")
        return
    show_facts(
        {
            "version": reference(snapshot.version),
            "review": snapshot.review_state,
            "approved until": snapshot.valid_until,
            "served since": snapshot.from_at,
            "use": snapshot.use,
            "why": snapshot.reason,
            "owner": f"{snapshot.owner}, tier {snapshot.tier}",
            "approved": snapshot.approved_at,
            "evidence": snapshot.evidence_digest,
            "standards": f"{as_text(snapshot.standards)} {snapshot.standards_digest or ''}".strip(),
            "artifact": snapshot.artifact_digest,
            "based on": f"{snapshot.events} events, the latest is {snapshot.last_event}",
        }
    )
    votes = [(vote.name, vote.role, vote.decision, vote.decided_at, vote.proof) for vote in snapshot.approvers]
    show_table(("approver", "role", "decision", "when", "proof"), votes, "nobody approved it", title="Approved by")
    for finding in snapshot.open_findings:
        say(f"open finding {reference(finding.key)} ({finding.severity}): {finding.title}")
    for waiver in snapshot.waivers:
        say(f"waiver of {waiver.control} until {as_text(waiver.expires_at)}: {waiver.reason}")
