"""Deploy model: preconditions, approvals by people, preconditions again, then publish and verify."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from prefect import flow

from data.records.run_context import RunContext
from tasks.approve.ask_approvers import QUESTION, await_decisions
from tasks.approve.request_approval import approval_of_run, request_approval
from tasks.deploy.publish_version import publish_version, published_by_run
from tasks.deploy.show_deployment import shown
from tasks.run.business_time import meanwhile
from tasks.run.find_named import use_named, version_named
from tasks.run.leave_answer import leave_answer
from tasks.run.name_run import this_run
from tasks.run.record_refusal import BYTES, refusals_recorded
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
    """Bring an approved version into a slot; answers with the deployment's key.

    Raises GateRefusedError before anybody is asked, RequestClosedError when people refused or did not answer,
    StaleEvidenceError when evidence, standard or champion changed meanwhile, PublishError; ArtifactError, recorded
    before it is raised, when bytes are missing or changed.

    Args:
        version: The version to deploy, like flight-delay/4.
        use: What it is deployed for, one of the intended uses. Leave it empty where there is only one.
        environment: Where, as the standards name it.
        slot: Champion answers; challenger and shadow are only compared with it.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    context = this_run(as_of)
    version = version_named(version)
    with refusals_recorded(ATTEMPT, version, context, BYTES):
        return leave_answer(_deploy(version, use_named(version, use), environment, slot, context))


def _deploy(version: str, use: str, environment: str, slot: str, context: RunContext) -> str:
    published = published_by_run(version, context.run_id)
    if published is not None:
        return published
    steps, request = Steps(QUESTION), approval_of_run(version, context.run_id)
    if request is None:
        verdicts = steps.take(judge_version, version, "approve", environment, use, context)
        refuse_unless_cleared(verdicts)
        request = steps.take(request_approval, verdicts, use, slot, context)
    approved = await_decisions(request, context, steps)
    context = replace(context, as_of=meanwhile(context.as_of))
    verdicts = steps.take(judge_version, version, "deploy", environment, use, context, approved, again=True)
    refuse_unless_cleared(verdicts)
    return shown(publish_version(approved, context, steps))
