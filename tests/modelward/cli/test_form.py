"""Filling in the form of a waiting run: on a terminal each field is asked for, elsewhere each must be given."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from data.errors import InputError
from modelward.cli import caller
from modelward.cli import form as forms
from modelward.cli.form import fill_in, show_form
from modelward.runs.waiting_runs import Form, FormField

FORM = Form(
    run_id="run-1",
    description="**Approve** \x1b[31mit?",
    fields=(
        FormField("person", "Your id"),
        FormField("role", "Role", choices=("approver",)),
        FormField("decision", "Decision", choices=("approve", "reject")),
        FormField("comment", "Comment", default=""),
        FormField("code", "One-time code", hidden=True),
    ),
)
GIVEN = ("role=approver", "decision=approve")
CONCLUSION = Form(
    run_id="run-2",
    description="**Fit?**",
    fields=(FormField("scope", "What you looked at"), FormField("evidence", "Evidence", ("sha256:1f",), "sha256:1f")),
)


class Stdin:
    """A replacement for stdin, with or without a terminal."""

    def __init__(self, text: str, terminal: bool) -> None:
        self._lines = text.splitlines(keepends=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def readline(self) -> str:
        return self._lines.pop(0) if self._lines else ""


def test_a_byte_order_mark_before_a_piped_code_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin("\ufeff123456\r\n", terminal=False))
    assert caller.prove("alma", from_stdin=True).code == "123456"


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin("123456\n", terminal=False))


def typing(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, list[str]]) -> None:
    """Answer each prompt with the answers for the beginning of its text, or else with its default."""

    def prompt(text: str, **options: object) -> str:
        waiting = next((given for begin, given in answers.items() if text.startswith(begin) and given), None)
        return waiting.pop(0) if waiting else str(options.get("default"))

    monkeypatch.setattr("sys.stdin", Stdin("", terminal=True))
    monkeypatch.setattr(caller.typer, "prompt", prompt)
    monkeypatch.setattr(forms.typer, "prompt", prompt)


@pytest.mark.usefixtures("piped")
def test_given_values_the_code_from_stdin_and_defaults_fill_the_form() -> None:
    assert fill_in(FORM, GIVEN, "alma", code_from_stdin=True) == {
        "person": "alma",
        "role": "approver",
        "decision": "approve",
        "comment": "",
        "code": "123456",
    }


def test_an_unknown_field_is_refused_with_the_fields_of_the_form_and_their_choices() -> None:
    with pytest.raises(InputError) as refused:
        fill_in(FORM, ("verdict=yes",), "alma", code_from_stdin=True)
    assert refused.value.remedy == (
        "use the fields of this form: person (Your id); role (Role: approver); decision (Decision: approve, reject); "
        "comment (Comment)"
    )


WRONG = {
    "an unknown field": (("verdict=yes",), "no field verdict"),
    "no value": (("decision",), "not of the form FIELD=VALUE"),
    "an unknown choice": (("role=approver", "decision=perhaps"), "'perhaps' is not a choice of decision"),
    "a code as an argument": ((*GIVEN, "code=123456"), "must not be an argument"),
    "a missing value": (("role=approver",), "the form needs decision"),
}


@pytest.mark.usefixtures("piped")
@pytest.mark.parametrize(("entered", "what"), WRONG.values(), ids=WRONG)
def test_an_input_that_does_not_fit_the_form_is_refused(entered: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        fill_in(FORM, entered, "alma", code_from_stdin=True)


def test_on_a_terminal_a_field_is_asked_for_until_its_value_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    typing(
        monkeypatch, {"Decision": ["maybe", "reject"], "Comment": ["too early"], "One-time code of alma": ["654321"]}
    )
    filled = fill_in(FORM, (), "alma", code_from_stdin=False)
    assert filled == {
        "person": "alma",
        "role": "approver",
        "decision": "reject",
        "comment": "too early",
        "code": "654321",
    }


@pytest.mark.parametrize("terminal", [True, False], ids=["on a terminal", "elsewhere"])
def test_a_field_with_one_choice_is_submitted_without_a_prompt(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, {"What you": ["the data"], "Evidence": ["typed by somebody"]})
    monkeypatch.setattr("sys.stdin", Stdin("", terminal=terminal))
    entered = () if terminal else ("scope=the data",)
    assert fill_in(CONCLUSION, entered, "vera", code_from_stdin=False) == {"scope": "the data", "evidence": "sha256:1f"}


@pytest.mark.usefixtures("piped")
def test_a_value_other_than_the_only_choice_is_refused() -> None:
    with pytest.raises(InputError, match="'sha256:00' is not a choice of evidence"):
        fill_in(CONCLUSION, ("scope=all", "evidence=sha256:00"), "vera", code_from_stdin=False)


def test_the_text_of_the_form_is_shown_with_control_characters_as_codes(capsys: pytest.CaptureFixture[str]) -> None:
    show_form(FORM)
    assert "Approve \\u001b[31mit?" in capsys.readouterr().out
