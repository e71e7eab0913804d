"""Filling in the form of a waiting run: on a terminal everything is asked for, elsewhere everything must be given."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from data.errors import InputError
from modelward.cli import caller
from modelward.cli import form as forms
from modelward.cli.form import fill_in, show_form
from modelward.runs.waiting_runs import Entry, Form

FORM = Form(
    run_id="run-1",
    description="**Approve** \x1b[31mit?",
    entries=(
        Entry("person", "Your id"),
        Entry("role", "Role", choices=("approver",)),
        Entry("decision", "Decision", choices=("approve", "reject")),
        Entry("comment", "Comment", default=""),
        Entry("code", "One-time code", hidden=True),
    ),
)
GIVEN = ("role=approver", "decision=approve")
CONCLUSION = Form(
    run_id="run-2",
    description="**Fit?**",
    entries=(Entry("scope", "What you looked at"), Entry("evidence", "Evidence", ("sha256:1f",), "sha256:1f")),
)


class Stdin:
    """What is typed, or piped, as far as anybody asks."""

    def __init__(self, text: str, terminal: bool) -> None:
        self._lines = text.splitlines(keepends=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def readline(self) -> str:
        return self._lines.pop(0) if self._lines else ""


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Stdin("123456\n", terminal=False))


def typing(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, list[str]]) -> None:
    """A person at a terminal, with answers by the beginning of the question; else the default."""

    def prompt(text: str, **options: object) -> str:
        waiting = next((given for begin, given in answers.items() if text.startswith(begin) and given), None)
        return waiting.pop(0) if waiting else str(options.get("default"))

    monkeypatch.setattr("sys.stdin", Stdin("", terminal=True))
    monkeypatch.setattr(caller.typer, "prompt", prompt)
    monkeypatch.setattr(forms.typer, "prompt", prompt)


@pytest.mark.usefixtures("piped")
def test_what_is_given_is_taken_the_code_comes_from_stdin_and_the_rest_has_its_default() -> None:
    assert fill_in(FORM, GIVEN, "alma", code_from_stdin=True) == {
        "person": "alma",
        "role": "approver",
        "decision": "approve",
        "comment": "",
        "code": "123456",
    }


WRONG = {
    "a field the form has not": (("verdict=yes",), "no field verdict"),
    "no value": (("decision",), "no field with a value"),
    "a choice there is not": (("role=approver", "decision=perhaps"), "decision is 'perhaps'"),
    "a code as an argument": ((*GIVEN, "code=123456"), "never an argument"),
    "too little": (("role=approver",), "the form wants decision"),
}


@pytest.mark.usefixtures("piped")
@pytest.mark.parametrize(("entered", "what"), WRONG.values(), ids=WRONG)
def test_it_refuses(entered: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        fill_in(FORM, entered, "alma", code_from_stdin=True)


def test_on_a_terminal_each_field_is_asked_for_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_what_leaves_no_choice_is_handed_in_unasked(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, {"What you": ["the data"], "Evidence": ["typed by somebody"]})
    monkeypatch.setattr("sys.stdin", Stdin("", terminal=terminal))
    entered = () if terminal else ("scope=the data",)
    assert fill_in(CONCLUSION, entered, "vera", code_from_stdin=False) == {"scope": "the data", "evidence": "sha256:1f"}


@pytest.mark.usefixtures("piped")
def test_another_choice_than_the_only_one_is_refused() -> None:
    with pytest.raises(InputError, match="evidence is 'sha256:00'"):
        fill_in(CONCLUSION, ("scope=all", "evidence=sha256:00"), "vera", code_from_stdin=False)


def test_what_is_asked_is_shown_as_it_was_put_and_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_form(FORM)
    assert "Approve \\u001b[31mit?" in capsys.readouterr().out
