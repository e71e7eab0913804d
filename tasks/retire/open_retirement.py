"""Open the retirement of a version with its impact assessed, or go on with the one that is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import GateRefusedError
from data.records.model import Model
from data.records.names import short
from data.records.retirement import Retirement
from data.records.row import Frozen
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.retirement import AffectedParty, OpenRetirement
from data.registry.registry import Registry
from data.registry.rules.retirement import retirement_of
from gates.impact import Affected
from gates.oversight import RetirementRule
from gates.standard import retirement_for
from gates.transition import window_days
from tasks.retire.assess_impact import Impact, assess_impact
from tasks.run.business_time import moment
from tasks.run.load_standards import standards_of
from tasks.run.record_refusal import refusals_recorded

ATTEMPT = "open retirement"


class RetirementPlan(Frozen):
    """What is retired, why, from which day (its midnight UTC) on, and what becomes of what it left."""

    version: str
    reason: str
    sunset_on: date
    successor: str | None = None
    outputs_in_force: str = ""


@task(name="open retirement", cache_policy=NO_CACHE, persist_result=False)
def open_retirement(leaving: RetirementPlan, run: RunContext) -> Retirement:
    """The open retirement of the version, as it stands, or a new one.

    Raises GateRefusedError when the sunset leaves less notice than the standard asks, and as the registry does.
    """
    with Registry.here().reading() as state:
        known = retirement_of(state, leaving.version)
        version = state.need(Version, leaving.version)
    if known is not None:
        return known
    rule = rule_of(version.model)
    impact = assess_impact(version.key, run.as_of)
    sunset_at = datetime.combine(leaving.sunset_on, time(), UTC)
    with refusals_recorded(ATTEMPT, version.key, run):
        _check_notice(version, impact, sunset_at, rule, moment(run.as_of))
    receipt = Registry.here().execute(_command(leaving, impact, sunset_at, rule), run)
    return receipt.row(Retirement)


def rule_of(model: str) -> RetirementRule:
    """What the first standard of a model asks of a retirement. Raises StandardError when it says nothing."""
    with Registry.here().reading() as state:
        row = state.need(Model, model)
        return retirement_for(standards_of(state, row).first, row.tier)


def _command(leaving: RetirementPlan, impact: Impact, sunset_at: datetime, rule: RetirementRule) -> OpenRetirement:
    return OpenRetirement(
        version=leaving.version,
        reason=leaving.reason,
        successor=leaving.successor,
        outputs_in_force=leaving.outputs_in_force,
        sunset_at=sunset_at,
        quiet_days=window_days(rule.quiet_days, impact.affected),
        impact_digest=impact.digest,
        parties=tuple(_party(one) for one in impact.affected),
    )


def _check_notice(version: Version, impact: Impact, sunset_at: datetime, rule: RetirementRule, now: datetime) -> None:
    """Who depends on the version needs time to leave it; with nobody affected nobody needs any."""
    earliest = now + timedelta(days=rule.notice_days)
    if impact.affected and sunset_at < earliest:
        first = earliest.date() + timedelta(days=1)
        raise GateRefusedError(
            f"the sunset of {short(version.key)} on {sunset_at:%Y-%m-%d} leaves its {len(impact.affected)} consumers "
            f"less than the {rule.notice_days} days' notice that the standard asks",
            f"name a sunset from {first} on",
        )


def _party(one: Affected) -> AffectedParty:
    return AffectedParty(
        system=one.system,
        declared=one.declared,
        through=one.through,
        owner=one.owner,
        last_seen_at=one.last_seen_at,
    )
