"""Validate model: measure and judge a version, and ask an independent validator where its standards require one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prefect import flow

from data.records.review import VerdictSet
from gates.standard import ApprovalDemand
from tasks.run.business_time import meanwhile
from tasks.run.find_named import version_named
from tasks.run.name_run import this_run
from tasks.run.record_in_step import recorded_in
from tasks.run.record_refusal import BYTES, refusals_recorded
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled
from tasks.validate.compare_champion import compare_champion
from tasks.validate.conclude_validation import QUESTION, await_conclusion
from tasks.validate.judge_version import is_assessed, judge_version
from tasks.validate.measure_version import collect_version, measure_version
from tasks.validate.reject_version import reject_or_refuse
from tasks.validate.write_performance import write_performance

ATTEMPT = "validate model"


@flow(name="validate model", flow_run_name=titled("validate {version}"), persist_result=False)
def validate_model(version: str, environment: str = "production", use: str = "", as_of: datetime | None = None) -> str:
    """Validate a registered version and return its review state.

    The state is `validated` or `rejected` after a validator's conclusion, and `assessed` where none is required. Raises
    GateRefusedError when a gate failed, which rejects the version, or is unproven. Raises ArtifactError or
    LogFormatError, after recording it, when the submission is missing, changed or cannot be measured.

    Args:
        version: The version to validate, like flight-delay/4.
        environment: The environment, by its name in the standards.
        use: One of the intended uses of the model. Leave it empty if there is only one.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context, steps = this_run(as_of), Steps(QUESTION)
    version = version_named(version)
    if not is_assessed(version, context.run_id):
        with refusals_recorded(ATTEMPT, version, context, BYTES, recorded_in(steps)):
            evidence = steps.take(collect_version, version, environment)
            steps.take(measure_version, evidence, context)
            steps.take(compare_champion, evidence, context)
            steps.take(write_performance, version, context)

    def judge(at: datetime | None) -> tuple[VerdictSet, ApprovalDemand]:
        now = replace(context, as_of=at)
        verdicts = steps.take(judge_version, version, "assess", environment, use, now)
        return verdicts, reject_or_refuse(verdicts, now, steps)

    verdicts, demand = judge(as_of)
    if not demand.validator:
        return store_result("assessed")

    def judge_again() -> VerdictSet:
        return judge(meanwhile(as_of))[0]

    concluded = await_conclusion(verdicts, demand.request_days, context, judge_again, steps)
    return store_result(concluded.review_state.value)
