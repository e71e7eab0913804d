"""Go on with every open retirement: reminders to who is silent, and each step whose day has come."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.records.names import short
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING
from tasks.retire.advance_retirement import advance_retirement
from tasks.retire.send_notices import send_notices
from tasks.run.run_due_jobs import Due


def open_retirements(run: RunContext) -> Iterator[Due]:
    """Retirements that are not archived yet."""
    with Registry.here().reading() as state:
        found = [one for one in state.find(Retirement) if one.state != "archived"]
    for one in found:
        yield one.key, partial(_go_on, one, run)


def _go_on(retirement: Retirement, run: RunContext) -> str:
    name = short(retirement.subject)
    if retirement.state in PLANNING:
        told = send_notices(retirement.key, run)
        return f"{', '.join(told)} told of the retirement of {name}" if told else ""
    state = advance_retirement.fn(retirement.key, run)
    return f"the retirement of {name} is {state}" if state != retirement.state else ""
