"""Determine the acting person, the business time and the one-time code of a command."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import typer

from data.errors import InputError, NotAuthorisedError
from data.queries.roster import current_person, person_check
from data.records.instant import read_instant
from data.records.names import person_key
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.command import Command, Proof
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Receipt, Registry
from data.text.file_text import MARK


@dataclass(frozen=True)
class Caller:
    """The person who acts, the registry of the home, and the business time (None for the current time)."""

    registry: Registry
    actor: Actor
    as_of: datetime | None

    def do(self, command: Command) -> Receipt:
        """Execute a command as this person. Raises the error with which the registry refuses the command."""
        return self.registry.execute(command, RunContext(self.actor, self.as_of))


def identify(by: str = "", as_of: str = "") -> Caller:
    """Return the caller: the person `by`, or else the person of this operating-system user.

    Raises NotAuthorisedError when `by` is not active on the roster, InvalidNameError, InputError for a wrong time.
    """
    registry = Registry.here()
    if by:
        require_on_roster(registry, by)
        return Caller(registry, Actor(id=by), business_time(as_of))
    return Caller(registry, current_person(registry), business_time(as_of))


def require_on_roster(registry: Registry, person: str) -> None:
    """Raise NotAuthorisedError, and record the refusal, unless the person is active on the roster.

    Raises InvalidNameError for text that cannot be a person's id.
    """
    check = person_check(registry, person)
    if check.is_active:
        return
    error = NotAuthorisedError(f"{person} is not an active person on the roster")
    refusal = RecordRefusal(about=person_key(person), attempted=f"act for {person}", code=error.code, reason=error.what)
    registry.execute(refusal, RunContext(check.actor, check.now))
    raise error


def business_time(text: str) -> datetime | None:
    """Return the time in a text, or None for an empty text. Raises InputError for any other text."""
    return read_instant(text) if text else None


def require_time(text: str) -> datetime:
    """Return the time in a text. Raises InputError for any other text."""
    return read_instant(text)


def day_of(text: str) -> Any:
    """Return the day in a text, or None for an empty text. Raises InputError for any other text."""
    return require_time(text).date() if text else None


def prove(person: str, from_stdin: bool) -> Proof:
    """Return a person's proof: a one-time code from stdin or from a prompt with hidden input, never an argument."""
    code = _read_line() if from_stdin else _ask(person)
    return Proof(person=person, code=code)


def _ask(person: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(
            f"the one-time code of {person} is required, but there is no terminal to ask for it",
            "add --code-from-stdin and pipe the code in",
        )
    return str(typer.prompt(f"One-time code of {person}", hide_input=True, err=True)).strip()


def _read_line() -> str:
    line = sys.stdin.readline().removeprefix(MARK).strip()  # PowerShell pipes a text with its mark
    if not line:
        raise InputError(
            "stdin contains no one-time code", "pipe it in: `printf 123456 | modelward … --code-from-stdin`"
        )
    if len(line) > 16:
        raise InputError("the first line of stdin is too long for a one-time code", "pipe in the six digits only")
    return line
