"""Versions and their evidence as they are stored."""

from __future__ import annotations

import pytest

from data.records.row import Frozen
from data.records.version import Artifact, Change, Dataset, Section, Version
from tests.stored_words import choices

WORDS: dict[tuple[type[Frozen], str], str] = {
    (Version, "review_state"): (
        "registered | assessed | validated | approved | rejected | expired | revoked | retired"
    ),
    (Change, "change_class"): "new | material | within plan | correction",
    (Artifact, "kind"): "file | container | endpoint | composite | none",
    (Dataset, "role"): "training | held-out | reference | scoring",
    (Dataset, "kind"): "content | manifest | table-snapshot | feature-view",
    (Dataset, "quality"): "passed | failed | error | not run",
    (Section, "describes"): "purpose | code | features | data | performance | nothing",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Frozen], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_a_version_starts_registered_and_without_an_approval() -> None:
    defaults = {name: Version.model_fields[name].default for name in ("review_state", "state_reason", "valid_until")}
    assert defaults == {"review_state": "registered", "state_reason": "", "valid_until": None}
