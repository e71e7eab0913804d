"""Monitoring runs, alerts and incidents as they are stored."""

from __future__ import annotations

import pytest

from data.records.monitoring import Alert, Incident
from data.records.row import Row
from tests.stored_words import choices

WORDS: dict[tuple[type[Row], str], str] = {
    (Alert, "level"): "warning | page",
    (Alert, "state"): "open | acknowledged | snoozed | dismissed | confirmed | ended",
    (Incident, "kind"): "monitoring | rollback | suspension | deployment | emergency | serving | files",
    (Incident, "state"): "open | acknowledged | escalated | resolved",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Row], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_an_incident_blocks_by_default() -> None:
    assert Incident.model_fields["blocking"].default is True
