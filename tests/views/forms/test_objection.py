"""An objection is shown above a form that is asked again, and nothing without one."""

from __future__ import annotations

from views.forms.objection import NEW_CODE, NO_OBJECTION, Objection, objection_lines


def test_nothing_is_shown_without_an_objection() -> None:
    assert objection_lines(NO_OBJECTION) == []


def test_the_reason_and_the_remedy_are_separate_lines() -> None:
    lines = objection_lines(Objection("the code is <used>", "take the next one"))
    assert lines == [
        "**⚠ Not accepted, please answer again:** the code is &lt;used&gt;",
        "",
        "**What to do:** take the next one",
        "",
        "---",
        "",
    ]


def test_an_answer_with_a_code_is_asked_again_with_a_new_code() -> None:
    assert objection_lines(Objection("no", new_code=True))[2] == NEW_CODE


def test_an_objection_without_a_remedy_has_no_remedy_line() -> None:
    assert len(objection_lines(Objection("no"))) == 4
