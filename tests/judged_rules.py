"""Cases that go through both sides of a rule: the writer refuses a command, and the verifier finds the event that a
writer without this one check writes.

    CASES = {"an answer before the first notice": Case(command, "gil", patch, "no answer is possible")}
    found = judged_after(prepare, CASES, founded, folder)    # what a verification says about the event of each case
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.audit.verifier import report, verify
from data.errors import ModelwardError
from data.records.row import Row
from data.registry.command import Command, CommandResult
from data.registry.rules.all import RULES
from data.registry.rules.proof import prove
from data.registry.state import State
from tests.world import Template, World

Patch = Callable[[pytest.MonkeyPatch], None]
EARLIER, LATER = datetime(2013, 3, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Times before and after all events of the cases."""


@dataclass(frozen=True)
class BypassedRule:
    """A command that a rule refuses, who gives it, how the check is removed, and what the verifier says.

    `before` are the steps that a genuine writer takes first. If the command is not refused, it is legal, and the
    changed writer writes another event than the command asks for.
    """

    command: Callable[[World], Command]
    by: str
    patch: Patch
    says: str
    before: Callable[[World], object] = lambda _: None
    is_refused: bool = True


def judged_after(
    prepare: Callable[[World], object], cases: Mapping[str, BypassedRule], founded: Template, folder: Path
) -> dict[str, str]:
    """After `prepare`, give the command of each case to the genuine writer, then to the changed one.

    Return what one deep verification says about the event of each case. It finds no other event.
    """
    events: dict[str, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(folder / "home", patch)
        with world.registry.session():
            prepare(world)
            for name, case in cases.items():
                events[name] = _forged(world, case, patch)
        patch.setattr(report, "SHOWN_A_PLACE", 1_000)
        home = world.home
        found = verify(home.database, home.journal, world.registry.anchor_files, None, deep=True).findings
    assert {one.seq for one in found} == set(events.values())
    whats = {one.seq: one.what for one in found}
    return {name: whats[seq] for name, seq in events.items()}


def _forged(world: World, case: BypassedRule, patch: pytest.MonkeyPatch) -> int:
    """Return the number of the event that the changed writer writes."""
    case.before(world)
    if case.is_refused:
        with pytest.raises(ModelwardError):
            world.do(case.command(world), by=case.by)
    with patch.context() as inner:
        case.patch(inner)
        return world.do(case.command(world), by=case.by).seq


def in_context(kind: type[Command], **changes: Any) -> Patch:
    """Let the rule of a command see another person or another time than the event will have."""
    return rule(kind, lambda genuine, state, command, context: genuine(state, command, replace(context, **changes)))


def without(name: str, value: Callable[..., object] = lambda *_, **__: None) -> Patch:
    """Let a check of the rules return this value, by default None."""
    return lambda patch: patch.setattr(f"data.registry.rules.{name}", value)


def only_proven(check: str) -> Patch:
    """Let a check of who may sign accept everybody with a code."""
    return without(check, lambda state, proof, *given, **_: prove(state, proof, given[-1]))


def without_rows(kind: type[Command], table: type[Row]) -> Patch:
    """Let the rule of a command find no row of a table."""
    return _in_state(kind, table, lambda rows: [])


def seeing(kind: type[Command], table: type[Row], **values: Any) -> Patch:
    """Let the rule of a command see these values in each row of a table."""
    return _in_state(kind, table, lambda rows: [row.model_copy(update=values) for row in rows])


def _in_state(kind: type[Command], table: type[Row], change: Callable[[list[Any]], list[Any]]) -> Patch:
    class Changed(State):
        def get(self, kind: type[Any], key: str) -> Any:
            row = super().get(kind, key)
            return row if row is None or kind is not table else next(iter(change([row])), None)

        def find(self, kind: type[Any], /, **equals: str | int | bool) -> list[Any]:
            rows = super().find(kind, **equals)
            return change(rows) if kind is table else rows

    return rule(kind, lambda genuine, state, command, context: genuine(Changed(state._connection), command, context))


def rewritten(kind: type[Command], change: Callable[[CommandResult], CommandResult], **other: Any) -> Patch:
    """Let the rule of a command judge it with `other` values in it, and change the event that it returns."""
    return rule(
        kind,
        lambda genuine, state, command, context: change(genuine(state, command.model_copy(update=other), context)),
    )


def rule(kind: type[Command], forged: Callable[..., CommandResult]) -> Patch:
    """Replace the rule of a command by one that is given the genuine rule as well."""
    genuine = RULES[kind]

    def changed(state: Any, command: Any, context: Any) -> CommandResult:
        return forged(genuine, state, command, context)

    return lambda patch: patch.setitem(RULES, kind, changed)


def with_rows(table: type[Row], **values: Any) -> Callable[[CommandResult], CommandResult]:
    """Return a change of an event: these values in each of its rows of a table."""
    return lambda result: replace(
        result, rows=tuple(one.model_copy(update=values) if isinstance(one, table) else one for one in result.rows)
    )


def with_data(**values: Any) -> Callable[[CommandResult], CommandResult]:
    """Return a change of an event: these values in its data."""
    return lambda result: replace(result, data={**result.data, **values})


def with_evidence(digest: str) -> Callable[[CommandResult], CommandResult]:
    """Return a change of an event: a reference to other evidence."""
    return lambda result: replace(result, refs={**result.refs, "evidence": [digest]})


def both(first: Patch, second: Patch) -> Patch:
    """Remove two checks that refuse the same command."""

    def patch(inner: pytest.MonkeyPatch) -> None:
        first(inner)
        second(inner)

    return patch
