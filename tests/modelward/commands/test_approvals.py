"""`modelward approvals answer`: its help lists the fields of each form, and its error says whether to answer again."""

from __future__ import annotations

import pytest

from modelward.commands.approvals import _refusal, answer
from tasks.approve.ask_approvers import ApprovalForm
from tasks.deploy.ask_releaser import ReleaseForm
from tasks.retire.await_transition import TransitionForm
from tasks.validate.conclude_validation import ValidationForm

FORMS = {
    "an approval": ApprovalForm,
    "a validation": ValidationForm,
    "an emergency release": ReleaseForm,
    "a retirement that waits for its consumers' transitions": TransitionForm,
}

REMEDIES = {
    "input": "correct the answer, then answer again, because the run still asks",
    "not authorised": "run `modelward people list` to see who holds which role; then answer again, because the run",
    "request closed": "open a new request by running the flow again",
    "stale evidence": "answer again if the run still asks; otherwise open a new request by running the flow again",
    "no longer known": "correct the stated cause, then try again; then answer again, because the run still asks",
}


@pytest.mark.parametrize("name", FORMS)
def test_the_help_lists_the_fields_of_each_form_except_the_code(name: str) -> None:
    text = " ".join((answer.__doc__ or "").split())
    listed = text.partition(f"Fields of {name}: ")[2].partition(".")[0].split(", ")
    assert listed == [field for field in FORMS[name].model_fields if field != "code"]


@pytest.mark.parametrize(("code", "remedy"), REMEDIES.items(), ids=REMEDIES)
def test_a_refused_answer_says_whether_to_answer_again(code: str, remedy: str) -> None:
    error = _refusal(code, "the reason")
    assert error.what == "the reason"
    assert error.remedy.startswith(remedy)
    assert ("answer again" in error.remedy) is (code != "request closed")
