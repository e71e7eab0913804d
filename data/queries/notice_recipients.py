"""Reads the receivers of notices: mail addresses, and the people who must act on an incident about a changed file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.records.model import Model
from data.records.monitoring import REGISTRY, Incident
from data.records.person import Person
from data.registry.command import Moment
from data.registry.registry import Registry
from data.registry.rules.proof import administrators


@dataclass(frozen=True)
class NoticeRecipients:
    """The mail address of each active person who has one, by id, and the ids of the administrators."""

    mailboxes: Mapping[str, str]
    administrators: tuple[str, ...]


def notice_recipients(registry: Registry, now: datetime) -> NoticeRecipients:
    """Return the mail addresses, and the administrators at `now`. Raises StoreError."""
    with registry.reading() as state:
        people = state.find(Person, state="active")
        return NoticeRecipients(
            {one.person: one.email for one in people if one.email}, tuple(administrators(state, Moment(now)))
        )


def incident_recipients(registry: Registry, incident: Incident, now: datetime) -> list[str]:
    """Return the owner of the incident's model, or the administrators at `now` if it has none. Raises StoreError."""
    with registry.reading() as state:
        if incident.model != REGISTRY:
            return [state.need(Model, incident.model).owner]
        return administrators(state, Moment(now))
