"""Where each consumer of a retired version goes, from lines that people write: `crew-planning 2013-11-30 version 3`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from data.errors import InputError
from data.queries.rows import rows
from data.records.instant import read_instant
from data.records.retirement import RetirementParty
from data.records.run_context import RunContext
from data.registry.commands.retirement import PlanTransition
from data.registry.registry import Registry
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted

LINES = 200


@step("plan transitions")
def plan_transitions(key: str, lines: Sequence[str], context: RunContext) -> int:
    """Record each line as a party's transition; how many changed. A transition that is recorded already stays.

    Raises InputError for a line that cannot be read, and as the registry does; the lines before it are recorded.
    """
    registry, changed = Registry.here(), 0
    known = {one.system: one for one in rows(registry, RetirementParty, retirement=key)}
    for command in read_plan(key, lines):
        party = known.get(command.system)
        if party is None:
            raise InputError(
                f"{command.system[:80]!a} is not affected by this retirement", f"it affects {', '.join(sorted(known))}"
            )
        if (party.moves_to, party.cut_over_at) == (command.moves_to, command.cut_over_at):
            continue
        registry.execute(command, context)
        changed += 1
    name_step(f"plan transitions: {changed} of {counted(len(known), 'consumer')} changed", retirement=key)
    return changed


def read_plan(key: str, lines: Iterable[str]) -> list[PlanTransition]:
    """The commands that the lines stand for. Raises InputError."""
    written = [line.strip() for line in lines if line.strip()]
    if len(written) > LINES:
        raise InputError(f"the plan has more than {LINES} lines", "one line a consumer is enough")
    return [_line(key, one) for one in written]


def plan_lines(transition: Mapping[str, str] | None) -> list[str]:
    """The lines of a plan given by system: `{"crew-planning": "2013-11-30 version 3"}`."""
    return [f"{system} {goal}" for system, goal in (transition or {}).items()]


def _line(key: str, line: str) -> PlanTransition:
    system, _, rest = line.partition(" ")
    day, _, moves_to = rest.strip().partition(" ")
    if not day or not moves_to.strip():
        raise InputError(
            f"{line[:80]!a} is no line of a plan",
            "write the system, the day, then what it moves to: `crews 2013-11-30 v3`",
        )
    return PlanTransition(key=key, system=system, cut_over_at=read_instant(day), moves_to=moves_to.strip()[:2_000])
