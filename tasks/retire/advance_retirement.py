"""Take an approved retirement as far as the day allows: sunset, quiet in the logs, withdrawal, dossier.

Nobody is asked here, so the nightly review does it for every retirement whose day has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.records.model import Consumer
from data.records.retirement import Retirement
from data.records.run_context import RunContext
from data.records.verdict import Passed
from data.registry.commands.retirement import ArchiveRetirement, BeginSunset
from data.registry.registry import Registry
from data.registry.rules.retirement_party import parties_of
from gates.transition import judge_quiet
from tasks.retire.open_retirement import rule_of
from tasks.retire.read_traffic import read_traffic
from tasks.retire.withdraw_version import withdraw_version
from tasks.retire.write_dossier import write_dossier
from tasks.run.business_time import moment

YEAR = timedelta(days=365.25)


@task(name="advance retirement", cache_policy=NO_CACHE, persist_result=False)
def advance_retirement(key: str, run: RunContext) -> str:
    """Every step whose time has come, each recorded before the next; answers the state it stands in then.

    Raises LogFormatError when the logs since the sunset cannot be read, BusyError, PublishError.
    """
    while True:
        before = _current(key)
        step = STEPS.get(before.state)
        if step is None:
            return before.state
        step(before, run)
        if _current(key).state == before.state:
            return before.state


def _sunset(retirement: Retirement, run: RunContext) -> None:
    if moment(run.as_of) >= retirement.sunset_at:
        Registry.here().execute(BeginSunset(key=retirement.key), run)


def _watch(retirement: Retirement, run: RunContext) -> None:
    read_traffic(retirement, run)


def _withdraw(retirement: Retirement, run: RunContext) -> None:
    """Look once more: who asked since it was called quiet, and does everybody have somewhere to go."""
    quiet = read_traffic(retirement, run)
    with Registry.here().reading() as state:
        parties = parties_of(state, retirement.key)
        systems = {one.system for one in parties}
        consumers = [one for one in state.find(Consumer) if one.system in systems]
    criterion = judge_quiet(quiet, consumers, moment(run.as_of))
    left_behind = any(one.transition == "missing" for one in parties)
    if quiet.state == "quiet" and isinstance(criterion.verdict, Passed) and not left_behind:
        withdraw_version(quiet, run)


def _archive(retirement: Retirement, run: RunContext) -> None:
    years = rule_of(retirement.model).retention_years
    retain_until = moment(run.as_of) + years * YEAR
    digest = write_dossier(retirement.key, retain_until, run)
    command = ArchiveRetirement(key=retirement.key, dossier_digest=digest, retain_until=retain_until)
    Registry.here().execute(command, run)


def _current(key: str) -> Retirement:
    with Registry.here().reading() as state:
        return state.need(Retirement, key)


STEPS: Mapping[str, Callable[[Retirement, RunContext], None]] = {
    "approved": _sunset,
    "sunset": _watch,
    "quiet": _withdraw,
    "withdrawn": _archive,
}
