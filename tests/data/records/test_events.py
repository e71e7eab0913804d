"""The vocabulary of the log is only ever extended: what was stored once keeps its meaning."""

from __future__ import annotations

import re
from pathlib import Path

from data.records.events import DECISIONS, EventType

GOLDEN = Path(__file__).parent / "vocabulary.txt"


def test_the_vocabulary_is_only_extended() -> None:
    kept = GOLDEN.read_text("utf-8").split()
    now = [kind.value for kind in EventType]
    assert now[: len(kept)] == kept, "an event type was renamed, removed or moved: add new ones at the end"
    assert now == kept, "write the new types at the end of vocabulary.txt"


def test_every_type_is_a_subject_and_an_action() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", kind) for kind in EventType)
    assert len({kind.value for kind in EventType}) == len(EventType)


def test_decisions_are_those_after_which_the_world_may_change() -> None:
    assert {EventType.APPROVAL_DECIDED, EventType.OPERATION_BEGUN, EventType.DEPLOYMENT_COMPLETED} <= DECISIONS
    assert EventType.MONITORING_RECORDED not in DECISIONS
    assert EventType.CREDENTIAL_ATTEMPTED not in DECISIONS
