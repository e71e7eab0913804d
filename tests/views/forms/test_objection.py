"""An objection stands above the form that asks again; without one there is nothing."""

from __future__ import annotations

from views.forms.objection import NO_OBJECTION, Objection, objection_lines


def test_nothing_is_shown_without_an_objection() -> None:
    assert objection_lines(NO_OBJECTION) == []


def test_the_reason_and_the_remedy_are_lines_of_their_own() -> None:
    lines = objection_lines(Objection("the code is <used>", "take the next one"))
    assert lines == [
        "**⚠ Not accepted, please answer again:** the code is &lt;used&gt;",
        "",
        "**What to do:** take the next one",
        "",
        "---",
        "",
    ]


def test_without_a_remedy_no_line_says_what_to_do() -> None:
    assert len(objection_lines(Objection("no"))) == 4
