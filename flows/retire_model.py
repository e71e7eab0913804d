"""Retire model: from the first notice to the dossier; every consumer gets a successor, and the traffic ends.

A retirement takes weeks, and the registry records its state. A second run, or the nightly review, continues from that
state. The flow waits for people only: before the sunset and during the days without traffic it ends, and returns the
state that is reached.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from prefect import flow

from data.registry.rules.retirement_party import PLANNING
from tasks.approve.ask_approvers import QUESTION as APPROVAL
from tasks.notify.notify_approvers import notify_people
from tasks.retire.advance_retirement import advance_retirement
from tasks.retire.approve_retirement import approve_retirement
from tasks.retire.await_transition import QUESTION as TRANSITION
from tasks.retire.await_transition import await_transition
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.plan_transitions import plan_lines, plan_transitions
from tasks.retire.send_notices import send_notices
from tasks.retire.show_retirement import show_retirement
from tasks.run.business_time import meanwhile
from tasks.run.find_named import version_named
from tasks.run.name_run import this_run
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled


@flow(name="retire model", flow_run_name=titled("retire {version}"), persist_result=False)
def retire_model(
    version: str,
    reason: str,
    sunset_on: date,
    successor: str | None = None,
    outputs_in_force: str = "",
    transition: dict[str, str] | None = None,
    as_of: datetime | None = None,
) -> str:
    """Retire a version; return the state that its retirement has reached, `archived` at the end.

    `transition` gives for each consumer system the day and the target: `{"crew-planning": "2027-11-30 version 3"}`.
    Raises GateRefusedError when the notice is too short, RequestClosedError when the request was rejected or expired,
    StaleEvidenceError when the plan changed before the approval, LogFormatError when the logs since the sunset cannot
    be read.

    Args:
        version: The version to retire, like flight-delay/4.
        reason: The reason; it is recorded.
        sunset_on: The day from which the version no longer serves.
        successor: The version that takes over, like flight-delay/5, if there is one.
        outputs_in_force: Decisions made with the version that remain in force, and what happens to them.
        transition: For each consumer system, the day and the target of its transition.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context, steps = this_run(as_of), Steps(TRANSITION, APPROVAL)
    version, successor = version_named(version), version_named(successor) if successor else None
    plan = RetirementPlan(
        version=version, reason=reason, sunset_on=sunset_on, successor=successor, outputs_in_force=outputs_in_force
    )
    retirement = open_retirement(plan, context, steps)
    key = retirement.key
    steps.take(send_notices, key, context)
    if retirement.state in PLANNING:
        steps.take(plan_transitions, key, plan_lines(transition), context)
        steps.take(notify_people, key, as_of)
    show_retirement(key)
    await_transition(key, context, steps)
    approve_retirement(key, context, steps)
    state = advance_retirement(key, replace(context, as_of=meanwhile(as_of)), steps)
    show_retirement(key)
    return store_result(state)
