"""Not a gate: judge a version by every control of its standards, and apply waivers and modes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from data.errors import StandardError
from data.records.evidence import Evidence, sha256_of
from data.records.model import Mode
from data.records.verdict import Judgement, Unproven
from gates.catalogue import GATES
from gates.control import Control, Stage
from gates.standard import LoadedStandard
from gates.waivers import in_use, independent

Applied = Sequence[tuple[LoadedStandard, Mode]]


def judge(standards: Applied, stage: Stage, evidence: Evidence, now: datetime) -> tuple[Judgement, ...]:
    """Return the judgement of every criterion of each control that applies at the stage; there is at least one.

    `assess` has the controls that need no person, `approve` those that must be cleared before an approval request, and
    `deploy` also those on the votes: the evidence must then contain the request and its votes. The mode does not change
    a verdict; in the modes `observe` and `warn` no verdict blocks. Raises StandardError if `standards` is empty.
    """
    if not standards:
        raise StandardError(
            f"no standard applies to {evidence.model.key}", "add at least one standard under `standards:` in model.yaml"
        )
    return tuple(one for standard, mode in standards for one in _by_standard(standard, mode, stage, evidence, now))


def standards_digest(standards: Applied) -> str:
    """Return `sha256:<hex>` over id, version, text digest and mode of each standard, independent of their order."""
    return sha256_of(sorted([one.id, one.version, one.text_digest, mode] for one, mode in standards))


def _by_standard(
    standard: LoadedStandard, mode: Mode, stage: Stage, evidence: Evidence, now: datetime
) -> Iterator[Judgement]:
    tier, change = evidence.model.tier, evidence.version.change.change_class
    controls = standard.demanded(tier, change, stage)
    mark = {"standard": standard.label, "mode": mode}
    if not controls:
        yield _nothing(standard, f"a control of {standard.label} for tier {tier}, {change}, {stage}", mark)
    for control in controls:
        waiver = _waiver(standard, control, evidence, now)
        for judgement in _by_control(standard, control, evidence, now):
            waived = waiver if judgement.verdict.outcome != "passed" else None
            yield judgement.model_copy(update={**mark, "waived_by": waived})


def _by_control(standard: LoadedStandard, control: Control, evidence: Evidence, now: datetime) -> list[Judgement]:
    if not control.enabled:
        remedy = "enable the control in the standard, or request a waiver with a reason and an end date"
        verdict = Unproven(missing=f"{control.title}: the standard disables this control", remedy=remedy)
        return [Judgement(control=control.id, gate=control.gate, criterion="control enabled", verdict=verdict)]
    gate = GATES[control.gate]
    given = control.parameters_for(evidence.model.tier, evidence.version.change.change_class)
    if "approvals" in gate.parameters_type.model_fields:
        given["approvals"] = standard.approvals
    return gate.judge(gate.parameters_type.model_validate(given), control.id, evidence, now)


def _waiver(standard: LoadedStandard, control: Control, evidence: Evidence, now: datetime) -> str | None:
    """Return the key of a waiver in use for the control that a person other than its requester granted, or None.

    A waiver refers to a control as `ID` or `standard/ID`.
    """
    names = (control.id, f"{standard.id}/{control.id}") if control.waivable else ()
    found = [one for one in evidence.waivers if one.control in names and one.version == evidence.version.key]
    return next((one.key for one in found if in_use(one, now) and independent(one)), None)


def _nothing(standard: LoadedStandard, missing: str, mark: dict[str, str]) -> Judgement:
    verdict = Unproven(missing=missing, remedy="add a control for this case to the standard, or apply another standard")
    found = Judgement(control=standard.id.upper(), gate="standard", criterion="controls for this case", verdict=verdict)
    return found.model_copy(update=mark)
