"""Wait for the ratification of an emergency release, and undo the release if it is refused or not ratified in time."""

from __future__ import annotations

from dataclasses import replace

from data.errors import DigestMismatchError, RequestClosedError, StaleEvidenceError
from data.records.run_context import RunContext
from tasks.approve.ask_approvers import await_decisions, current
from tasks.deploy.undo_release import undo_release
from tasks.run.business_time import meanwhile
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step


@step("undo release")
def undo_unratified(request: str, run: RunContext) -> str:
    """End a release that was not ratified; return what was done. Raises BusyError, PublishError."""
    done = undo_release(request, run)
    name_step("undo release" if done else "undo release: it no longer serves", request=request)
    return done


def await_ratification(request: str, run: RunContext, steps: Steps = PLAIN_CALLS) -> None:
    """Return when the release is ratified, in the form of this run or by another command.

    Raises RequestClosedError, StaleEvidenceError or DigestMismatchError after the release was undone.
    """
    try:
        await_decisions(current(request), run, steps)
    except (RequestClosedError, StaleEvidenceError, DigestMismatchError):
        steps.take(undo_unratified, request, replace(run, as_of=meanwhile(run.as_of)))
        raise
