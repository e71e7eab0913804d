"""Deployments, slots and operations as they are stored."""

from __future__ import annotations

import pytest

from data.records.deployment import Deployment, Operation, Slot
from tests.stored_words import choices

WORDS = {
    (Deployment, "slot"): "champion | challenger | shadow",
    (Deployment, "state"): "deployed | superseded | rolled_back | suspended | ended",
    (Slot, "slot"): "champion | challenger | shadow",
    (Operation, "kind"): "deploy | rollback | suspend | withdraw",
    (Operation, "state"): "running | done | undone",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Deployment], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_a_slot_may_be_empty() -> None:
    slot = Slot(
        key="models/a/b/slots/production/champion", model="models/a/b", environment="production", slot="champion",
        deployment=None, version=None,
    )  # fmt: skip
    assert slot.manifest_digest is None
