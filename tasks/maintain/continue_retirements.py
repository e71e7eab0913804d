"""Continue every open retirement: remind consumers without an answer, and take each step that is due."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.queries.rows import rows
from data.records.names import short
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.registry.rules.retirement_party import PLANNING
from tasks.retire.advance_retirement import advance_retirement
from tasks.retire.send_notices import send_notices
from tasks.run.run_due_jobs import Due
from tasks.run.take_steps import PLAIN_CALLS


def open_retirements(context: RunContext) -> Iterator[Due]:
    """Yield a job for each retirement that is not archived: notify its consumers, or take the step that is due."""
    for retirement in rows(Registry.here(), Retirement):
        if retirement.state != "archived":
            yield retirement.key, partial(_continue, retirement, context)


def _continue(retirement: Retirement, context: RunContext) -> str:
    name = short(retirement.subject)
    if retirement.state in PLANNING:
        notified = PLAIN_CALLS.take(send_notices, retirement.key, context)
        return f"{', '.join(notified)} notified of the retirement of {name}" if notified else ""
    state = advance_retirement(retirement.key, context)
    return f"the retirement of {name} is {state}" if state != retirement.state else ""
