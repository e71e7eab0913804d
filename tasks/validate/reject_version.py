"""What follows from verdicts: go on, reject with reasons, or refuse until what is missing is there."""

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


def reject_or_refuse(verdicts: VerdictSet, context: RunContext, steps: Steps = PLAIN_CALLS) -> ApprovalDemand:
    """The standard's demand on people when every gate is cleared.

    A failed gate rejects the version, unless a waiver of that control is asked for or granted. A gate that is only
    unproven leaves it assessed, to be judged again when the missing evidence or a waiver is there. Raises
    GateRefusedError in every case.
    """
    facts = evidence_in_force(Registry.here(), verdicts.version)
    evidence = facts.evidence
    is_rejected = evidence.version.review_state is ReviewState.REJECTED
    spared = {one.control for one in evidence.waivers if one.state in ("requested", "granted")}
    failed = [one for one in verdicts.judgements if not one.cleared and isinstance(one.verdict, Failed)]
    failed = [one for one in failed if one.control not in spared]
    if failed and not is_rejected:
        steps.take(reject_version, verdicts.version, "; ".join(_explained(one) for one in failed), context)
    refuse_unless_cleared(verdicts)
    standard = in_force(facts.adopted, evidence.model, verdicts.standards).first
    return approvals_for(standard, evidence.model.tier, evidence.version.change.change_class, verdicts.environment)


@step("reject version")
def reject_version(version: str, reason: str, context: RunContext) -> None:
    """Reject a version for the controls that failed."""
    name_step(f"reject {short(version)}", version=version)
    Registry.here().execute(RejectVersion(version=version, reason=reason), context)


def refuse_unless_cleared(verdicts: VerdictSet) -> None:
    """Raises GateRefusedError, naming each control that is not cleared with its remedy."""
    standing = [one for one in verdicts.judgements if not one.cleared]
    if not verdicts.judgements or standing:
        reasons = "\n".join(f"  {_explained(one)}" for one in standing) or "  no control applies"
        remedies = [one.verdict.remedy for one in standing if isinstance(one.verdict, (Failed, Unproven))]
        raise GateRefusedError(
            f"{short(verdicts.version)} did not clear its gates:\n{reasons}", "; ".join(dict.fromkeys(remedies))
        )


def _explained(judgement: Judgement) -> str:
    verdict = judgement.verdict
    what = verdict.reason if isinstance(verdict, Failed) else f"unproven, {getattr(verdict, 'missing', '')}"
    return f"{judgement.control} ({judgement.gate}, {judgement.criterion}): {what}"
