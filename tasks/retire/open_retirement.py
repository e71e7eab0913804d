"""Open the retirement of a version with its impact assessed, or continue the open retirement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from data.errors import GateRefusedError
from data.queries.retirements import RetirementSubject, retirement_subject
from data.records.log import Standard
from data.records.model import Model
from data.records.names import short
from data.records.retirement import Retirement
from data.records.row import Frozen
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.retirement import AffectedParty, OpenRetirement
from data.registry.registry import Registry
from data.text.counted import counted
from gates.impact import Affected
from gates.oversight import RetirementRule
from gates.standard import retirement_for
from gates.transition import window_days
from tasks.retire.assess_impact import AssessedImpact, assess_impact
from tasks.retire.withdraw_version import withdraw_unserved
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.record_refusal import refusals_recorded
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, repeated, step
from tasks.run.word_steps import day_words

ATTEMPT = "open retirement"


class RetirementPlan(Frozen):
    """The version to retire, the reason, the first day (00:00 UTC) without service, and the fate of its outputs."""

    version: str
    reason: str
    sunset_on: date
    successor: str | None = None
    outputs_in_force: str = ""

    @property
    def sunset_at(self) -> datetime:
        """Return the moment from which the version must not serve."""
        return datetime.combine(self.sunset_on, time(), UTC)


def open_retirement(plan: RetirementPlan, context: RunContext, steps: Steps = PLAIN_CALLS) -> Retirement:
    """Return the open retirement of the version, or open a new one; a version that never served is withdrawn at once.

    Raises GateRefusedError when the sunset leaves less notice than the standard requires, and the errors of the
    registry's rules.
    """
    subject = retirement_subject(Registry.here(), plan.version)
    if subject.retirement is not None:
        retirement = steps.take(continue_retirement, subject.retirement)
    else:
        impact = steps.take(assess_impact, subject, context)
        retirement = steps.take(record_retirement, plan, subject, impact, context)
    return withdraw_unserved(retirement, context, steps)


@step("continue retirement")
def continue_retirement(retirement: Retirement) -> Retirement:
    """Return the open retirement unchanged; a run that begins again continues from its state."""
    name_step(f"continue open retirement{repeated()}: {retirement.state}", retirement=retirement.key)
    return retirement


@step("record retirement")
def record_retirement(
    plan: RetirementPlan, subject: RetirementSubject, impact: AssessedImpact, context: RunContext
) -> Retirement:
    """Record the retirement with its parties. Raises GateRefusedError, and the errors of the registry's rules."""
    name_step(f"open retirement with sunset {day_words(plan.sunset_on)}", version=plan.version)
    rule = rule_of(subject.standards, subject.model)
    with refusals_recorded(ATTEMPT, plan.version, context):
        _check_notice(subject.version, impact, plan.sunset_at, rule, moment(context.as_of))
    receipt = Registry.here().execute(_command(plan, impact, rule), context)
    return receipt.row(Retirement)


def rule_of(standards: Sequence[Standard], model: Model) -> RetirementRule:
    """Return the retirement rule of a model's first standard. Raises StandardError if it has none."""
    return retirement_for(in_force(standards, model).first, model.tier)


def _command(plan: RetirementPlan, impact: AssessedImpact, rule: RetirementRule) -> OpenRetirement:
    return OpenRetirement(
        version=plan.version,
        reason=plan.reason,
        successor=plan.successor,
        outputs_in_force=plan.outputs_in_force,
        sunset_at=plan.sunset_at,
        quiet_days=window_days(rule.quiet_days, impact.affected),
        impact_digest=impact.digest,
        parties=tuple(_party(one) for one in impact.affected),
    )


def _check_notice(
    version: Version, impact: AssessedImpact, sunset_at: datetime, rule: RetirementRule, now: datetime
) -> None:
    """Refuse a sunset that gives the consumers less notice than the standard requires; no consumers need none."""
    earliest = now + timedelta(days=rule.notice_days)
    if impact.affected and sunset_at < earliest:
        first = earliest.date() + timedelta(days=1)
        raise GateRefusedError(
            f"the sunset of {short(version.key)} on {sunset_at:%Y-%m-%d} gives its "
            f"{counted(len(impact.affected), 'consumer')} less notice than the {counted(rule.notice_days, 'day')} "
            "that the standard requires",
            f"choose {first} or a later day as the sunset",
        )


def _party(affected: Affected) -> AffectedParty:
    return AffectedParty(
        system=affected.system,
        declared=affected.declared,
        through=affected.through,
        owner=affected.owner,
        last_seen_at=affected.last_seen_at,
    )
