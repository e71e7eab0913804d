"""Waiting for people through Prefect, in one place: suspended from a deployment, paused in process.

A resumed run proves nothing. What was typed is handed to `settle`, which asks the registry; until it says that the
question is settled, the same question is asked again under a new key with the reason on top. A key answered once
would return its old answer at once, so the attempt number is counted from what the registry recorded, and an answer
that settled nothing always leaves an event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import JSONDecodeError
from math import ceil

from prefect import runtime
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run, suspend_flow_run
from prefect.input import RunInput
from pydantic import ValidationError

from data.commands.log import RecordRefusal
from data.errors import ModelwardError, RequestClosedError
from data.events import EventType
from data.records.person import SERVICE
from data.registry import Registry
from tasks.business_time import meanwhile

UNFIT = "what was entered does not fit the form"
HINTS = "the hints at the fields say what does"
POLL_SECONDS = 1
LONGEST_WAIT_SECONDS = 30 * 86_400
SETTLED_EVENTS = (EventType.COMMAND_REFUSED, EventType.APPROVAL_DECIDED)


@dataclass(frozen=True)
class Settled:
    """What became of an answer: done, or to be asked again because of `reason`."""

    done: bool
    reason: str = ""


def gate(
    name: str,
    subject: str,
    form: Callable[[str], type[RunInput]],
    settle: Callable[[RunInput], Settled],
    patience: timedelta,
    as_of: datetime | None,
) -> None:
    """Ask until `settle` says done. `subject` is what the registry's events about the answers are on.

    Raises RequestClosedError when nobody answered within `patience`, and whatever `settle` raises.
    """
    reason = ""
    while True:
        attempt = _attempt(subject)
        asked = form(reason)
        try:
            settled = settle(_ask(f"gate-{name}-{attempt}", asked, subject, patience))
        except ValidationError as error:
            _remember(subject, _unfit(error), as_of)
            reason = f"{UNFIT}{_where(error, asked)}\n  → {HINTS}"
            continue
        except JSONDecodeError:
            _remember(subject, "what was entered is not JSON", as_of)
            reason = f"{UNFIT}\n  → {HINTS}"
            continue
        if settled.done:
            return
        reason = settled.reason
        if _attempt(subject) == attempt:
            _remember(subject, reason, as_of)


def _attempt(subject: str) -> int:
    with Registry.here().reading() as state:
        return state.count_events(subject, SETTLED_EVENTS) + 1


def _ask(key: str, form: type[RunInput], subject: str, patience: timedelta) -> RunInput:
    """What was entered. Raises ValidationError or JSONDecodeError for what does not fit, RequestClosedError."""
    left = max(1, min(LONGEST_WAIT_SECONDS, ceil(patience.total_seconds())))
    try:
        if runtime.deployment.id:
            return suspend_flow_run(wait_for_input=form, key=key, timeout=left)
        return pause_flow_run(wait_for_input=form, key=key, timeout=left, poll_interval=POLL_SECONDS)
    except FlowPauseTimeout as error:
        raise RequestClosedError(f"nobody answered on {subject} in time") from error


def _unfit(error: ValidationError) -> str:
    fields = ", ".join(sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]}))
    return f"these fields did not fit the form: {fields}"


def _where(error: ValidationError, form: type[RunInput]) -> str:
    """The fields that did not fit, by the titles that people saw, and what is wrong with each."""
    said = {
        str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"] and one["loc"][0] in form.model_fields
    }
    told = [f"{form.model_fields[name].title or name}: {message}" for name, message in said.items()]
    return f" ({'; '.join(told)})" if told else ""


def _remember(subject: str, reason: str, as_of: datetime | None) -> None:
    refusal = RecordRefusal(about=subject, attempted="answer", code="input", reason=reason)
    Registry.here().execute(refusal, SERVICE, as_of=meanwhile(as_of))


def refused(error: ModelwardError) -> Settled:
    """The answer was refused: ask again with what it says."""
    return Settled(done=False, reason=str(error))
