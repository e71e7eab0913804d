"""The list of event types only ever grows, and a stored type keeps its meaning."""

from __future__ import annotations

import re
from pathlib import Path

from data.records.events import DECISIONS, EventType

GOLDEN = Path(__file__).parent / "vocabulary.txt"


def test_stored_event_types_are_unchanged() -> None:
    kept = GOLDEN.read_text("utf-8").split()
    now = [kind.value for kind in EventType]
    assert now[: len(kept)] == kept, "an event type was renamed, removed or moved: add new ones at the end"
    assert now == kept, "write the new types at the end of vocabulary.txt"


def test_every_type_is_a_subject_and_an_action() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", kind) for kind in EventType)
    assert len({kind.value for kind in EventType}) == len(EventType)


def test_the_decisions_are_unchanged() -> None:
    assert {EventType.APPROVAL_DECIDED, EventType.OPERATION_BEGUN, EventType.DEPLOYMENT_COMPLETED} <= DECISIONS
    assert EventType.MONITORING_RECORDED not in DECISIONS
    assert EventType.CREDENTIAL_ATTEMPTED not in DECISIONS
