"""Validate model: measure it, judge it by its standards, and hear an independent validator where they ask for one."""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from data.records.review import VerdictSet
from data.records.run_context import RunContext
from gates.standard import ApprovalDemand
from tasks.notify.notify_approvers import notify_approvers
from tasks.run.business_time import meanwhile
from tasks.run.find_named import version_named
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.record_refusal import BYTES, refusals_recorded
from tasks.run.title_run import titled
from tasks.validate.compare_champion import compare_champion
from tasks.validate.conclude_validation import await_conclusion
from tasks.validate.judge_version import is_assessed, judge_version
from tasks.validate.measure_version import measure_version
from tasks.validate.reject_version import reject_or_refuse
from tasks.validate.show_gates import show_gates
from tasks.validate.show_performance import show_performance
from tasks.validate.write_performance import write_performance

ATTEMPT = "validate model"


@flow(name="validate model", flow_run_name=titled("validate {version}"), persist_result=False)
def validate_model(version: str, environment: str = "production", use: str = "", as_of: datetime | None = None) -> str:
    """Take a registered version to `validated`, or to `rejected` with reasons; answers with its review state.

    Raises GateRefusedError when a gate failed or is unproven; ArtifactError or LogFormatError, recorded before they
    are raised, when what was handed in is missing, changed or cannot be measured.

    Args:
        version: The version to validate, like flight-delay/4.
        environment: Where, as the standards name it.
        use: The use that is meant. Leave it empty where only one is intended.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    run = this_run()
    version = version_named(version)
    if not is_assessed(version, run.run_id):
        with refusals_recorded(ATTEMPT, version, run, as_of, BYTES):
            measure_version(version, run.actor, as_of, run.run_id)
            compare_champion(version, environment, run.actor, as_of, run.run_id)
            write_performance(version, run.actor, as_of, run.run_id)
        show_performance(version)
    verdicts, demand = _judged(version, environment, use, run, as_of)
    if not demand.validator:
        return leave_answer("assessed")
    notify_approvers(verdicts.key, as_of)

    def anew() -> VerdictSet:
        return _judged(version, environment, use, run, meanwhile(as_of))[0]

    return leave_answer(await_conclusion(verdicts, demand.request_days, as_of, run.run_id, anew).review_state.value)


def _judged(
    version: str, environment: str, use: str, run: RunContext, as_of: datetime | None
) -> tuple[VerdictSet, ApprovalDemand]:
    verdicts = judge_version(version, "assess", environment, use, run.actor, as_of, run.run_id)
    show_gates(verdicts)
    return verdicts, reject_or_refuse(verdicts, run.actor, as_of, run.run_id)
