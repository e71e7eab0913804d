"""Record what each consumer of a retired version moves to, from lines like `crew-planning 2027-11-30 version 3`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from data.errors import InputError
from data.queries.rows import rows
from data.records.instant import read_instant
from data.records.retirement import RetirementParty
from data.records.run_context import RunContext
from data.registry.commands.retirement import PlanTransition
from data.registry.registry import Registry
from tasks.run.take_steps import name_step, repeated, step

LINES = 200


@step("plan transitions")
def plan_transitions(key: str, lines: Sequence[str], context: RunContext) -> int:
    """Record each line as a party's transition; return how many changed.

    The name of the step counts the lines that were given with the run: an answer is a step of its own.

    A transition that is already recorded is not recorded again. Raises InputError for a line that cannot be read, which
    is found before anything is recorded, or for a system that the retirement does not affect; the lines before that
    system are recorded. Raises the errors of the registry's rules.
    """
    registry, changed = Registry.here(), 0
    known = {one.system: one for one in rows(registry, RetirementParty, retirement=key)}
    for command in read_plan(key, lines):
        party = known.get(command.system)
        if party is None:
            raise InputError(
                f"{command.system[:80]!a} is not affected by this retirement",
                f"choose from {', '.join(sorted(known))}",
            )
        if (party.moves_to, party.cut_over_at) == (command.moves_to, command.cut_over_at):
            continue
        registry.execute(command, context)
        changed += 1
    given = f"{changed} of {len(lines)} given are new" if lines else "none given with the run"
    name_step(f"plan transitions{repeated()}: {given}", retirement=key)
    return changed


def read_plan(key: str, lines: Iterable[str]) -> list[PlanTransition]:
    """Return the commands for these lines. Raises InputError."""
    written = [line.strip() for line in lines if line.strip()]
    if len(written) > LINES:
        raise InputError(f"the plan has more than {LINES} lines", "write one line for each consumer")
    return [_line(key, one) for one in written]


def plan_lines(transition: Mapping[str, str] | None) -> list[str]:
    """Return the lines of a plan given by system, like `{"crew-planning": "2027-11-30 version 3"}`."""
    return [f"{system} {goal}" for system, goal in (transition or {}).items()]


def _line(key: str, line: str) -> PlanTransition:
    system, _, rest = line.partition(" ")
    day, _, moves_to = rest.strip().partition(" ")
    if not day or not moves_to.strip():
        raise InputError(
            f"the line {line[:80]!a} of the plan is incomplete",
            "write the system, the date, then what it moves to: SYSTEM YYYY-MM-DD TARGET",
        )
    return PlanTransition(key=key, system=system, cut_over_at=read_instant(day), moves_to=moves_to.strip()[:2_000])
