"""The acting person, business time and one-time code of a command."""

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


@dataclass(frozen=True)
class Caller:
    """The registry, and who gives it a command at which time."""

    registry: Registry
    actor: Actor
    as_of: datetime | None

    def do(self, command: Command) -> Receipt:
        """Give the command. Raises what the registry refuses with."""
        return self.registry.execute(command, RunContext(self.actor, self.as_of))


def identify(by: str = "", as_of: str = "") -> Caller:
    """`by`, or the person this operating-system user is; the registry of the home."""
    registry = Registry.here()
    if by:
        require_on_roster(registry, by)
        return Caller(registry, Actor(id=by), business_time(as_of))
    return Caller(registry, current_person(registry), business_time(as_of))


def require_on_roster(registry: Registry, person: str) -> None:
    """Pass when somebody active on the roster is called so. Raises InvalidNameError; NotAuthorisedError, recorded."""
    check = person_check(registry, person)
    if check.is_active:
        return
    error = NotAuthorisedError(f"{person} is not on the roster, or not any more")
    refusal = RecordRefusal(about=person_key(person), attempted=f"act for {person}", code=error.code, reason=error.what)
    registry.execute(refusal, RunContext(check.actor, check.now))
    raise error


def business_time(text: str) -> datetime | None:
    """The time that was typed, or None for now. Raises InputError."""
    return read_instant(text) if text else None


def require_time(text: str) -> datetime:
    """A time that was typed. Raises InputError."""
    return read_instant(text)


def day_of(text: str) -> Any:
    """A day that was typed, or None. Raises InputError."""
    return require_time(text).date() if text else None


def prove(person: str, from_stdin: bool) -> Proof:
    """A person's proof: the one-time code is asked for unseen, or read from stdin; it is never an argument."""
    code = _read_line() if from_stdin else _ask(person)
    return Proof(person=person, code=code)


def _ask(person: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(
            f"the one-time code of {person} is needed, and there is no terminal to ask on", "add --code-from-stdin"
        )
    return str(typer.prompt(f"One-time code of {person}", hide_input=True, err=True)).strip()


def _read_line() -> str:
    line = sys.stdin.readline().strip()
    if not line:
        raise InputError("no code came on stdin", "pipe it in: `printf 123456 | modelward … --code-from-stdin`")
    if len(line) > 16:
        raise InputError("what came on stdin is no one-time code", "a code is six digits")
    return line
