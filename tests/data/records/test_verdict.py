"""Verdicts: a version is cleared only by a pass, a waiver, or a standard that is not enforced."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.records.verdict import Failed, Judgement, Passed, Unproven, Verdict

PASSED = Passed(because="0.7 ≥ 0.6")
FAILED = Failed(reason="0.5 < 0.6", remedy="train again")
UNPROVEN = Unproven(missing="labels", remedy="wait")
CASES: dict[str, tuple[Verdict, dict[str, object], bool]] = {
    "passed": (PASSED, {}, True),
    "failed": (FAILED, {}, False),
    "unproven": (UNPROVEN, {}, False),
    "failed and waived": (FAILED, {"waived_by": "w"}, True),
    "unproven and waived": (UNPROVEN, {"waived_by": "w"}, True),
    "failed where the standard only warns": (FAILED, {"mode": "warn"}, True),
    "unproven where the standard only observes": (UNPROVEN, {"mode": "observe"}, True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_judgement_is_cleared_by(case: tuple[Verdict, dict[str, object], bool]) -> None:
    verdict, extra, cleared = case
    fields = {"control": "c", "gate": "g", "criterion": "x", "verdict": verdict}
    judgement = Judgement.model_validate({**fields, **extra})
    assert judgement.cleared is cleared
    assert Judgement.model_validate_json(judgement.model_dump_json()) == judgement


def test_a_verdict_needs_its_reason_and_remedy() -> None:
    for kind, fields in ((Failed, {"reason": "x"}), (Unproven, {"missing": "x"}), (Passed, {})):
        with pytest.raises(ValidationError):
            kind.model_validate(fields)


def test_a_verdict_has_one_of_three_outcomes() -> None:
    with pytest.raises(ValidationError):
        Judgement.model_validate({"control": "c", "gate": "g", "criterion": "x", "verdict": {"outcome": "fine"}})
