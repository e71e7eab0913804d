"""The form of a waiting run on a terminal: shows the question and prompts for each field; the code stays hidden."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from rich.markdown import Markdown

from data.errors import InputError
from data.text.untrusted_text import safe
from modelward.cli.caller import prove
from modelward.cli.terminal import err, out

if TYPE_CHECKING:
    from modelward.runs.waiting_runs import Entry, Form


def show_form(form: Form) -> None:
    """What the person is asked, as the run put it."""
    out().print(Markdown(safe(form.description)))


def fill_in(form: Form, entered: Sequence[str], person: str, code_from_stdin: bool) -> dict[str, str]:
    """A value for each field: as given, else its only choice, else asked for.

    Raises InputError for what does not fit the form.
    """
    given = dict(_pair(one) for one in entered)
    names = [one.name for one in form.entries]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(f"the form has no field {', '.join(unknown)}", f"its fields are {', '.join(names)}")
    hidden = [one.name for one in form.entries if one.hidden and one.name in given]
    if hidden:
        raise InputError(f"{hidden[0]} is never an argument: others could read it", "leave it out, it is asked for")
    values = form.preselected | ({"person": person} if "person" in names else {}) | given
    _require_all(form, values)
    for entry in form.entries:
        if entry.name not in values:
            who = values.get("person", person)
            values[entry.name] = prove(who, code_from_stdin).code if entry.hidden else _prompt(entry)
        _check(entry, values[entry.name])
    return values


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!a} is no field with a value", "write it like --set decision=approve")
    return name.strip(), value


def _require_all(form: Form, values: dict[str, str]) -> None:
    """Where nobody can be asked, everything without a default must have been given."""
    if sys.stdin.isatty():
        return
    for entry in form.entries:
        if entry.name not in values and entry.default is not None:
            values[entry.name] = entry.default
    missing = [one.name for one in form.entries if one.name not in values and not one.hidden]
    if missing:
        raise InputError(f"the form wants {', '.join(missing)}", f"add --set {missing[0]}=…, or answer on a terminal")


def _prompt(entry: Entry) -> str:
    title = safe(entry.title)
    if entry.choices:
        err().print(f"{title}: {', '.join(safe(one) for one in entry.choices)}", soft_wrap=True)
    answer = str(typer.prompt(title, default=entry.default, show_default=bool(entry.default), err=True))
    while entry.choices and answer not in entry.choices:
        answer = str(typer.prompt(f"{title}, one of the choices", err=True))
    return answer


def _check(entry: Entry, value: str) -> None:
    if entry.choices and value not in entry.choices:
        raise InputError(f"{entry.name} is {value[:60]!a}", f"choose one of {', '.join(entry.choices)}")
