"""Act on a version's verdicts: continue, reject the version, or refuse until the missing evidence exists."""

from __future__ import annotations

from data.errors import GateRefusedError
from data.queries.evidence_in_force import evidence_in_force
from data.records.names import short
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Failed, Judgement, Unproven
from data.records.version import ReviewState
from data.registry.commands.version import RejectVersion
from data.registry.registry import Registry
from gates.standard import ApprovalDemand, approvals_for
from tasks.run.load_standards import in_force
from tasks.run.take_steps import PLAIN_CALLS, Steps, name_step, step

NO_CONTROL = "apply a standard that has controls for this stage, tier and change to the model"


def reject_or_refuse(verdicts: VerdictSet, context: RunContext, steps: Steps = PLAIN_CALLS) -> ApprovalDemand:
    """Return the approvals that the standard demands, if every gate is cleared.

    A failed gate rejects the version, unless a waiver of that control is requested or granted. A gate that is only
    unproven leaves the version assessed; it is judged again when the missing evidence or a waiver exists. Raises
    GateRefusedError whenever a gate is not cleared.
    """
    facts = evidence_in_force(Registry.here(), verdicts.version)
    evidence = facts.evidence
    is_rejected = evidence.version.review_state is ReviewState.REJECTED
    waived = {one.control for one in evidence.waivers if one.state in ("requested", "granted")}
    failed = [one for one in verdicts.judgements if not one.cleared and isinstance(one.verdict, Failed)]
    failed = [one for one in failed if one.control not in waived]
    if failed and not is_rejected:
        steps.take(reject_version, verdicts.version, "; ".join(_explained(one) for one in failed), context)
    refuse_unless_cleared(verdicts)
    standard = in_force(facts.adopted, evidence.model, verdicts.standards).first
    return approvals_for(standard, evidence.model.tier, evidence.version.change.change_class, verdicts.environment)


@step("reject version")
def reject_version(version: str, reason: str, context: RunContext) -> None:
    """Record that a version is rejected, with the failed controls as the reason."""
    name_step(f"reject {short(version)}", version=version)
    Registry.here().execute(RejectVersion(version=version, reason=reason), context)


def refuse_unless_cleared(verdicts: VerdictSet) -> None:
    """Raise GateRefusedError unless every control is cleared; the error lists each open control with its remedy."""
    uncleared = [one for one in verdicts.judgements if not one.cleared]
    if not verdicts.judgements or uncleared:
        reasons = "\n".join(f"  {_explained(one)}" for one in uncleared) or "  no control applies"
        remedies = [one.verdict.remedy for one in uncleared if isinstance(one.verdict, (Failed, Unproven))]
        raise GateRefusedError(
            f"{short(verdicts.version)} did not clear its gates:\n{reasons}",
            "; ".join(dict.fromkeys(remedies)) or NO_CONTROL,
        )


def _explained(judgement: Judgement) -> str:
    verdict = judgement.verdict
    what = verdict.reason if isinstance(verdict, Failed) else f"unproven, {getattr(verdict, 'missing', '')}"
    return f"{judgement.control} ({judgement.gate}, {judgement.criterion}): {what}"
