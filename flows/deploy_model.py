"""Deploy model: check the gates, ask the approvers, check the gates again, then publish and verify."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from prefect import flow

from data.records.run_context import RunContext
from tasks.approve.ask_approvers import QUESTION, await_decisions
from tasks.approve.request_approval import approval_of_run, request_approval
from tasks.deploy.publish_version import publish_version, published_by_run
from tasks.deploy.show_deployment import show_deployment
from tasks.run.business_time import meanwhile
from tasks.run.find_named import use_named, version_named
from tasks.run.name_run import this_run
from tasks.run.record_in_step import recorded_in
from tasks.run.record_refusal import BYTES, refusals_recorded
from tasks.run.store_result import store_result
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled
from tasks.validate.judge_version import judge_version
from tasks.validate.reject_version import refuse_unless_cleared

ATTEMPT = "deploy model"


@flow(name="deploy model", flow_run_name=titled("deploy {version} to {environment} as {slot}"), persist_result=False)
def deploy_model(
    version: str,
    use: str = "",
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Deploy an approved version to a slot; return the key of the deployment.

    Raises GateRefusedError before anybody is asked, RequestClosedError when the request was rejected or expired,
    StaleEvidenceError when evidence, standard or champion changed meanwhile, PublishError. Raises ArtifactError, after
    recording it, when bytes are missing or changed.

    Args:
        version: The version to deploy, like flight-delay/4.
        use: One of the intended uses of the model. Leave it empty if there is only one.
        environment: The environment, by its name in the standards.
        slot: The champion answers; challenger and shadow are only compared with it.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context = this_run(as_of)
    version = version_named(version)
    steps = Steps(QUESTION)
    with refusals_recorded(ATTEMPT, version, context, BYTES, recorded_in(steps)):
        return store_result(_deploy(version, use_named(version, use), environment, slot, context, steps))


def _deploy(version: str, use: str, environment: str, slot: str, context: RunContext, steps: Steps) -> str:
    published = published_by_run(version, context.run_id)
    if published is not None:
        return published
    request = approval_of_run(version, context.run_id)
    if request is None:
        verdicts = steps.take(judge_version, version, "approve", environment, use, context)
        refuse_unless_cleared(verdicts)
        request = steps.take(request_approval, verdicts, use, slot, context)
    approved = await_decisions(request, context, steps)
    context = replace(context, as_of=meanwhile(context.as_of))
    verdicts = steps.take(judge_version, version, "deploy", environment, use, context, approved)
    refuse_unless_cleared(verdicts)
    return show_deployment(publish_version(approved, context, steps))
