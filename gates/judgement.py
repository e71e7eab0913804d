"""Judging a version by every control of its standards: what is demanded, what is waived, what only warns."""

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
    """Every criterion of every control that fits tier, change and stage, never none.

    `assess` is what can be judged without people; `approve` what must hold before approval is requested; `deploy` also
    what the approvers decided: the evidence must then carry request and votes. The verdict is the same in every mode;
    with `observe` and `warn` it does not block. Raises StandardError without a standard.
    """
    if not standards:
        raise StandardError(
            f"no standard applies to {evidence.model.key}", "name at least one under `standards:` of model.yaml"
        )
    return tuple(one for standard, mode in standards for one in _by_standard(standard, mode, stage, evidence, now))


def standards_digest(standards: Applied) -> str:
    """`sha256:<hex>` over id, version, text digest and mode of each, whatever their order."""
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
        remedy = "switch the control on in the standard, or ask for a waiver with a reason and a date"
        verdict = Unproven(missing=f"{control.title}: the control is switched off", remedy=remedy)
        return [Judgement(control=control.id, gate=control.gate, criterion="switched on", verdict=verdict)]
    gate = GATES[control.gate]
    given = control.parameters_for(evidence.model.tier, evidence.version.change.change_class)
    if "approvals" in gate.parameters_type.model_fields:
        given["approvals"] = standard.approvals
    return gate.judge(gate.parameters_type.model_validate(given), control.id, evidence, now)


def _waiver(standard: LoadedStandard, control: Control, evidence: Evidence, now: datetime) -> str | None:
    """The key of a waiver in use, granted by another than its requester, naming `ID` or `standard/ID`."""
    names = (control.id, f"{standard.id}/{control.id}") if control.waivable else ()
    found = [one for one in evidence.waivers if one.control in names and one.version == evidence.version.key]
    return next((one.key for one in found if in_use(one, now) and independent(one)), None)


def _nothing(standard: LoadedStandard, missing: str, mark: dict[str, str]) -> Judgement:
    verdict = Unproven(missing=missing, remedy="add a control that fits to the standard, or apply another standard")
    found = Judgement(control=standard.id.upper(), gate="standard", criterion="something is demanded", verdict=verdict)
    return found.model_copy(update=mark)
