"""Show the form of a waiting run on a terminal, and ask for each field; the input of the one-time code is hidden."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from data.errors import InputError
from data.text.untrusted_text import safe
from modelward.cli.caller import prove
from modelward.cli.terminal import err, show_markdown

if TYPE_CHECKING:
    from modelward.runs.waiting_runs import Form, FormField


def show_form(form: Form) -> None:
    """Print the text of the form, as the run wrote it."""
    show_markdown(form.description)


def fill_in(form: Form, entered: Sequence[str], person: str, code_from_stdin: bool) -> dict[str, str]:
    """Return a value for each field: the value given, else its only choice, else the person's input.

    Raises InputError for an unknown field, a value that is not one of the choices, and a missing value.
    """
    given = dict(_pair(one) for one in entered)
    names = [one.name for one in form.fields]
    unknown = sorted(set(given) - set(names))
    if unknown:
        fields = "; ".join(_described(one) for one in form.fields if not one.hidden)
        raise InputError(f"the form has no field {', '.join(unknown)}", f"use the fields of this form: {fields}")
    hidden = [one.name for one in form.fields if one.hidden and one.name in given]
    if hidden:
        raise InputError(
            f"{hidden[0]} must not be an argument, which other users could read", f"omit --set {hidden[0]}"
        )
    values = form.preselected | ({"person": person} if "person" in names else {}) | given
    _require_all(form, values)
    for field in form.fields:
        if field.name not in values:
            who = values.get("person", person)
            values[field.name] = prove(who, code_from_stdin).code if field.hidden else _prompt(field)
        _check(field, values[field.name])
    return values


def _described(field: FormField) -> str:
    """Return name, title and choices of a field: `decision (Decision: approve, reject)`."""
    choices = f": {', '.join(field.choices)}" if field.choices else ""
    return f"{field.name} ({field.title}{choices})"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!a} is not of the form FIELD=VALUE", "write it as in --set decision=approve")
    return name.strip(), value


def _require_all(form: Form, values: dict[str, str]) -> None:
    """Without a terminal, fill in the defaults. Raises InputError for fields that then still have no value."""
    if sys.stdin.isatty():
        return
    for field in form.fields:
        if field.name not in values and field.default is not None:
            values[field.name] = field.default
    missing = [one.name for one in form.fields if one.name not in values and not one.hidden]
    if missing:
        raise InputError(f"the form needs {', '.join(missing)}", f"add --set {missing[0]}=…, or answer on a terminal")


def _prompt(field: FormField) -> str:
    title = safe(field.title)
    if field.choices:
        err().print(f"{title}: {', '.join(safe(one) for one in field.choices)}", soft_wrap=True)
    answer = str(typer.prompt(title, default=field.default, show_default=bool(field.default), err=True))
    while field.choices and answer not in field.choices:
        answer = str(typer.prompt(f"{title}, one of the choices", err=True))
    return answer


def _check(field: FormField, value: str) -> None:
    if field.choices and value not in field.choices:
        raise InputError(f"{value[:60]!a} is not a choice of {field.name}", f"choose one of {', '.join(field.choices)}")
