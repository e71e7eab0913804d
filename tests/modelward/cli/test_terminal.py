"""Values, tables, facts and JSON on a terminal; text from the registry cannot control it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from data.records.person import Actor
from modelward.cli import terminal
from modelward.cli.terminal import as_text, plain, show_facts, show_json, show_table, working

TEXTS = {
    "nothing": (None, "–"),
    "an empty text": ("", "–"),
    "a time, to the minute in UTC": (datetime(2013, 8, 1, 12, 30, 59, tzinfo=UTC), "2013-08-01 12:30"),
    "true": (True, "yes"),
    "false": (False, "no"),
    "a float, to four digits": (0.123456, "0.1235"),
    "an integer, unchanged": (6000, "6000"),
    "several": (("a", "b"), "a, b"),
}


@pytest.mark.parametrize(("value", "text"), TEXTS.values(), ids=TEXTS)
def test_a_value_is_shown_as_text_for_people(value: object, text: str) -> None:
    assert as_text(value) == text


def test_markup_in_a_table_is_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("[red]name[/red]",), [("[bold]evil[/bold]",)], "")
    assert "[bold]evil[/bold]" in capsys.readouterr().out


def test_an_empty_table_prints_its_empty_text_and_no_title_alone(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [], "nobody is here")
    show_table(("name",), [], "", title="People")
    assert capsys.readouterr().out == "nobody is here\n"


def test_a_title_is_printed_above_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [("ana",)], "", title="People")
    assert capsys.readouterr().out.splitlines()[:3] == ["", "People", "name"]


def test_facts_omit_empty_values_and_shorten_digests(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"owner": "ana", "runbook": "", "artifact": f"file sha256:{'ab' * 32}"})
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["owner", "ana"],
        ["artifact", "file", "sha256:abababababab…"],
    ]


def test_json_is_ascii_and_keeps_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"actor": Actor(id="ana"), "at": datetime(2013, 8, 1, tzinfo=UTC), "name": "Zoë \u202e", "rows": (1, None)}
    show_json(value)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {
        "actor": {"id": "ana", "auth": "os-user"},
        "at": "2013-08-01T00:00:00.000000Z",
        "name": "Zoë \u202e",
        "rows": [1, None],
    }


def test_values_without_a_json_form_become_lists_or_text() -> None:
    assert plain({1: {2.5}}) == {"1": [2.5]}
    assert plain(object).startswith("<class")


class Screen(io.StringIO):
    """An output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_progress_is_a_line_at_the_start_and_again_while_it_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "REPEAT_SECONDS", 0.01)
    shown = ""
    with working("counting"):
        while shown.count("\n") < 3:
            shown += capsys.readouterr().err
    assert shown.splitlines()[:2] == ["counting", "counting: 0 s so far"]
    assert capsys.readouterr().out == ""


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    screen = Screen()
    monkeypatch.setattr(terminal, "err", lambda: Console(file=screen, force_terminal=True))
    with working("counting"):
        pass
    assert "counting" in screen.getvalue()
