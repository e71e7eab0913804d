"""Verdict sets, validations, findings, waivers and reviews as they are stored."""

from __future__ import annotations

import pytest

from data.records.review import Finding, Review, Severity, Validation, VerdictSet, Waiver
from data.records.row import Row
from tests.stored_words import choices

WORDS: dict[tuple[type[Row], str], str] = {
    (VerdictSet, "stage"): "assess | approve | deploy | emergency",
    (Validation, "conclusion"): "fit | fit with conditions | not fit",
    (Finding, "severity"): "low | medium | high | critical",
    (Finding, "origin"): "validation | condition | monitoring | review",
    (Finding, "state"): "open | answered | disputed | closed",
    (Waiver, "state"): "requested | granted | refused | revoked | expired",
    (Review, "state"): "open | completed",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Row], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_severities_are_listed_from_low_to_critical() -> None:
    assert list(Severity) == ["low", "medium", "high", "critical"]
