"""The error that `modelward approvals answer` raises when the registry refused an answer."""

from __future__ import annotations

import pytest

from modelward.commands.approvals import _refusal

REMEDIES = {
    "input": "correct the answer, then answer again, because the run still asks",
    "not authorised": "run `modelward people list` to see who holds which role; then answer again, because the run",
    "request closed": "open a new request by running the flow again",
    "stale evidence": "answer again if the run still asks; otherwise open a new request by running the flow again",
    "no longer known": "correct the stated cause, then try again; then answer again, because the run still asks",
}


@pytest.mark.parametrize(("code", "remedy"), REMEDIES.items(), ids=REMEDIES)
def test_a_refused_answer_says_whether_to_answer_again(code: str, remedy: str) -> None:
    error = _refusal(code, "the reason")
    assert error.what == "the reason"
    assert error.remedy.startswith(remedy)
    assert ("answer again" in error.remedy) is (code != "request closed")
