"""What is shown on a terminal, and what never is."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from data.records.person import Actor
from modelward.cli import terminal
from modelward.cli.terminal import plain, show_facts, show_json, show_table, working, written

WRITTEN = {
    "nothing": (None, "–"),
    "an empty text": ("", "–"),
    "a time, to the minute in UTC": (datetime(2013, 8, 1, 12, 30, 59, tzinfo=UTC), "2013-08-01 12:30"),
    "true": (True, "yes"),
    "false": (False, "no"),
    "a real, to four digits": (0.123456, "0.1235"),
    "a whole number, as it is": (6000, "6000"),
    "several": (("a", "b"), "a, b"),
}


@pytest.mark.parametrize(("value", "text"), WRITTEN.values(), ids=WRITTEN)
def test_people_read(value: object, text: str) -> None:
    assert written(value) == text


def test_markup_is_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("[red]name[/red]",), [("[bold]evil[/bold]",)], "")
    assert "[bold]evil[/bold]" in capsys.readouterr().out


def test_an_empty_table_says_so_and_a_titled_one_may_stay_away(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [], "nobody is here")
    show_table(("name",), [], "", title="People")
    assert capsys.readouterr().out == "nobody is here\n"


def test_a_title_stands_above_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [("ana",)], "", title="People")
    assert capsys.readouterr().out.splitlines()[:3] == ["", "People", "name"]


def test_facts_leave_out_what_has_no_value_and_cut_digests(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_what_json_has_no_form_for_is_text() -> None:
    assert plain({1: {2.5}}) == {"1": [2.5]}
    assert plain(object).startswith("<class")


class Screen(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    with working("counting"):
        pass
    assert capsys.readouterr().err == ""
    screen = Screen()
    monkeypatch.setattr(terminal, "err", lambda: Console(file=screen, force_terminal=True))
    with working("counting"):
        pass
    assert "counting" in screen.getvalue()
