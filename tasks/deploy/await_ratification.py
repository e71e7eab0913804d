"""Wait for the people who may ratify an emergency release, and undo it when they refuse or do not answer in time."""

from __future__ import annotations

from dataclasses import replace

from data.errors import DigestMismatchError, RequestClosedError, StaleEvidenceError
from data.records.run_context import RunContext
from tasks.approve.ask_approvers import await_decisions, current
from tasks.deploy.undo_release import undo_release
from tasks.run.business_time import meanwhile


def await_ratification(request: str, run: RunContext) -> None:
    """Return when it is ratified, in the form of this run or beside it.

    Raises RequestClosedError, StaleEvidenceError or DigestMismatchError after it was undone.
    """
    try:
        await_decisions(current(request), run.as_of, run.run_id)
    except (RequestClosedError, StaleEvidenceError, DigestMismatchError):
        undo_release(request, replace(run, as_of=meanwhile(run.as_of)))
        raise
