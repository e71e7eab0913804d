"""Retire model: from the notice to the dossier, with nobody left behind and nobody still asking.

A retirement takes weeks, and the registry remembers how far it came. Run it again, or let the nightly review go on with
it, and it takes up where it stands: this flow waits for people only; for the sunset and for quiet logs it ends instead,
answering the state it stands in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from prefect import flow

from data.records.run_context import RunContext
from tasks.notify.notify_approvers import notify_approvers
from tasks.retire.advance_retirement import advance_retirement
from tasks.retire.approve_retirement import approve_retirement
from tasks.retire.await_transition import await_transition
from tasks.retire.open_retirement import RetirementPlan, open_retirement
from tasks.retire.plan_transitions import plan_lines, plan_transitions
from tasks.retire.send_notices import send_notices
from tasks.retire.show_retirement import show_retirement
from tasks.run.business_time import meanwhile
from tasks.run.find_named import version_named
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
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
    """Retire a version; answers the state its retirement stands in, at the end `archived`.

    `transition` says by system where its consumers go: `{"crew-planning": "2013-11-30 version 3"}`. Raises
    GateRefusedError for too short a notice, RequestClosedError when people refused, StaleEvidenceError when the plan
    changed while it was approved, LogFormatError when the logs since the sunset cannot be read.

    Args:
        version: The version to retire, like flight-delay/4.
        reason: Why; kept on record.
        sunset_on: The day from which it does not serve any more.
        successor: The version that takes over, like flight-delay/5, if there is one.
        outputs_in_force: Decisions made with it that still stand, and what becomes of them.
        transition: Where each consumer goes, by system, as a day and a target.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    told = this_run()
    version, successor = version_named(version), version_named(successor) if successor else None
    run = RunContext(told.actor, as_of, told.run_id)
    retirement = open_retirement(
        RetirementPlan(
            version=version, reason=reason, sunset_on=sunset_on, successor=successor, outputs_in_force=outputs_in_force
        ),
        run,
    )
    send_notices(retirement.key, run)
    if retirement.state in ("opened", "noticed"):
        plan_transitions(retirement.key, plan_lines(transition), run.actor, run)
    notify_approvers(retirement.key, as_of)
    show_retirement(retirement.key)
    await_transition(retirement.key, run)
    approve_retirement(retirement.key, run)
    state = advance_retirement(retirement.key, replace(run, as_of=meanwhile(as_of)))
    show_retirement(retirement.key)
    return leave_answer(state)
