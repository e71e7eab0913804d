"""Models, plans and consumers as they are stored."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.records.model import AppliedStandard, ColumnMapping, Consumer, Feature, Model, PlannedTest
from data.records.row import Frozen
from tests.stored_words import choices

WORDS: dict[tuple[type[Frozen], str], str] = {
    (AppliedStandard, "mode"): "observe | warn | enforce",
    (Feature, "kind"): "numeric | categorical",
    (Model, "state"): "active | retired",
    (PlannedTest, "kind"): "out-of-sample | out-of-time | sensitivity | stress | benchmark | stability | slices",
    (Consumer, "criticality"): "low | medium | high",
}


@pytest.mark.parametrize("kind,field", WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_stored_values_do_not_change(kind: type[Frozen], field: str) -> None:
    assert choices(kind, field) == WORDS[kind, field]


def test_a_standard_is_enforced_by_default() -> None:
    assert AppliedStandard(standard="s", rationale="r").mode == "enforce"


def test_default_column_names_are_those_of_the_log_layout() -> None:
    mapping = ColumnMapping(score="p")
    assert (mapping.score, mapping.label, mapping.prediction_id) == ("p", "label", "prediction_id")
    with pytest.raises(ValidationError):
        ColumnMapping.model_validate({"probability": "p"})
