"""Judge a version by every gate of its standards and record the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from data.queries.evidence_in_force import judging_facts, newest_verdict_set
from data.records.approval import ApprovalRequest
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.verdict import Judgement
from data.records.version import ReviewState, Version
from data.registry.commands.version import RecordVerdicts
from data.registry.registry import Registry
from data.text.counted import counted
from gates.judgement import judge
from tasks.run.business_time import moment
from tasks.run.load_standards import in_force
from tasks.run.take_steps import name_step, repeated, step
from tasks.validate.show_gates import show_gates
from views.forms.gate_tables import ORDER, outcome_of

UNCONCLUDED = (ReviewState.REGISTERED, ReviewState.ASSESSED)


@step("judge version")
def judge_version(
    version: str,
    stage: Literal["assess", "approve", "deploy", "emergency"],
    environment: str,
    use: str,
    context: RunContext,
    request: ApprovalRequest | None = None,
) -> VerdictSet:
    """Judge the present evidence, with the votes on `request` if there is one, and record the verdict set.

    A request is judged by the standards it was opened with. A run that starts again after a conclusion returns the
    verdicts that it recorded before. Raises the errors of the registry's rules.
    """
    registry = Registry.here()
    facts = judging_facts(registry, version, stage, environment, use, request)
    evidence, known = facts.evidence, facts.known
    if known is not None and _is_concluded(known, evidence.version, context.run_id):
        name_step(f"read recorded verdicts on {_judged(known.judgements)}", verdicts=known.key, stage=stage)
        return known
    standards = in_force(facts.adopted, evidence.model, facts.opened_with)
    judgements = judge(standards.standards, stage, evidence, moment(context.as_of))
    command = RecordVerdicts(
        version=version,
        stage=stage,
        environment=environment,
        standards=standards.keys,
        standards_digest=standards.digest,
        evidence_digest=evidence.digest,
        champion=evidence.champion.key if evidence.champion else None,
        judgements=judgements,
    )
    receipt = registry.execute(command, context)
    verdicts = receipt.row(VerdictSet)
    # The run of an approved version judged it before: the approvals are bound to those verdicts.
    name_step(f"judge {_judged(judgements, repeated(stage == 'deploy'))}", verdicts=verdicts.key, stage=stage)
    show_gates(verdicts)
    return verdicts


def _judged(judgements: Sequence[Judgement], again: str = "") -> str:
    """Return the end of the name of the judging step, like `40 criteria again: 2 failed, 38 passed`."""
    counts = Counter(outcome_of(one) for one in judgements)
    outcome = ", ".join(f"{counts[one]} {one}" for one in ORDER if counts[one]) or "none applies"
    return f"{counted(len(judgements), 'criterion', 'criteria')}{again}: {outcome}"


def is_assessed(version: str, run_id: str) -> bool:
    """Return True if this run recorded its verdicts at stage `assess` before it waited for a person."""
    known = newest_verdict_set(Registry.here(), version, "assess")
    return known is not None and _is_of(known, run_id)


def _is_of(known: VerdictSet, run_id: str) -> bool:
    return run_id != "" and known.run_id == run_id


def _is_concluded(known: VerdictSet, version: Version, run_id: str) -> bool:
    return known.stage == "assess" and _is_of(known, run_id) and version.review_state not in UNCONCLUDED
