"""Advance an approved retirement as far as the date allows: sunset, traffic check, withdrawal, dossier.

No step here asks a person, so the nightly review runs this for every retirement that has a step due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from data.queries.retirements import RetirementSnapshot, retirement_snapshot
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.records.verdict import Passed
from data.registry.commands.retirement import ArchiveRetirement, BeginSunset
from data.registry.registry import Registry
from gates.transition import judge_quiet
from tasks.retire.open_retirement import rule_of
from tasks.retire.read_traffic import read_traffic
from tasks.retire.withdraw_version import withdraw_version
from tasks.retire.write_dossier import write_dossier
from tasks.run.business_time import moment
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step
from tasks.run.word_steps import day_words

YEAR = timedelta(days=365.25)


def advance_retirement(key: str, context: RunContext, steps: Steps = PLAIN_CALLS) -> str:
    """Take every step that is due and record each before the next; return the state that is reached.

    Raises LogFormatError when the logs since the sunset cannot be read, BusyError, PublishError.
    """
    before = retirement_snapshot(Registry.here(), key)
    while (step := STEPS.get(before.retirement.state)) is not None:
        step(before, context, steps)
        after = retirement_snapshot(Registry.here(), key)
        if after.retirement.state == before.retirement.state:
            break
        before = after
    return before.retirement.state


def _sunset(found: RetirementSnapshot, context: RunContext, steps: Steps) -> None:
    steps.take(begin_sunset, found.retirement, context)


def _check(found: RetirementSnapshot, context: RunContext, steps: Steps) -> None:
    steps.take(read_traffic, found, context)


def _withdraw(found: RetirementSnapshot, context: RunContext, steps: Steps) -> None:
    """Check the traffic again, and withdraw the version if there is none and every consumer has a successor."""
    quiet = steps.take(read_traffic, found, context)
    # A check that found traffic may have added a consumer, whose transition is then required too.
    now = retirement_snapshot(Registry.here(), found.retirement.key)
    if steps.take(judge_withdrawal, now, quiet, context):
        withdraw_version(quiet, now.slots, context, steps)


def _archive(found: RetirementSnapshot, context: RunContext, steps: Steps) -> None:
    years = rule_of(found.standards, found.model).retention_years
    retain_until = moment(context.as_of) + years * YEAR
    key = found.retirement.key
    dossier = steps.take(write_dossier, key, retain_until, context)
    command = ArchiveRetirement(
        key=key, dossier_digest=dossier.digest, text_digest=dossier.text_digest, retain_until=retain_until
    )
    steps.take(archive_retirement, command, context)


@step("begin sunset")
def begin_sunset(retirement: Retirement, context: RunContext) -> None:
    """Record that the sunset began, if its day has come."""
    day = day_words(retirement.sunset_at)
    if moment(context.as_of) < retirement.sunset_at:
        name_step(f"sunset on {day}: not reached", retirement=retirement.key)
        return
    Registry.here().execute(BeginSunset(key=retirement.key), context)
    name_step(f"begin sunset of {day}", retirement=retirement.key)


@step("judge withdrawal")
def judge_withdrawal(found: RetirementSnapshot, quiet: Retirement, context: RunContext) -> bool:
    """Return True if the version may be withdrawn: no traffic for long enough, and a transition for each consumer."""
    criterion = judge_quiet(quiet, found.consumers, moment(context.as_of))
    missing = [one.system for one in found.parties if one.transition == "missing"]
    without_traffic = quiet.state == "quiet" and isinstance(criterion.verdict, Passed)
    allowed = without_traffic and not missing
    reason = "passed" if allowed else f"no transition for {', '.join(missing)}" if without_traffic else "traffic"
    name_step(f"judge withdrawal: {reason}", retirement=quiet.key)
    return allowed


@step("archive retirement")
def archive_retirement(command: ArchiveRetirement, context: RunContext) -> None:
    """Record the digest of the dossier and until when it is kept; this ends the retirement."""
    Registry.here().execute(command, context)
    name_step(f"archive until {day_words(command.retain_until)} {command.retain_until.year}", retirement=command.key)


STEPS: Mapping[str, Callable[[RetirementSnapshot, RunContext, Steps], None]] = {
    "approved": _sunset,
    "sunset": _check,
    "quiet": _withdraw,
    "withdrawn": _archive,
}
