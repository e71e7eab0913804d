"""Deploy model: preconditions, approvals by people, preconditions again, then publish and verify."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from prefect import flow

from tasks.ask_approvers import await_decisions
from tasks.business_time import meanwhile
from tasks.judge_version import judge_version
from tasks.name_run import Run, this_run
from tasks.publish_version import publish_version, published_by_run
from tasks.record_refusal import BYTES, refusals_recorded
from tasks.reject_version import refuse_unless_cleared
from tasks.request_approval import approval_of_run, request_approval

ATTEMPT = "deploy model"


@flow(name="deploy model", flow_run_name="deploy {version} to {environment}", persist_result=False)
def deploy_model(
    version: str,
    use: str,
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    as_of: datetime | None = None,
) -> str:
    """Bring an approved version into a slot; answers with the deployment's key.

    Raises GateRefusedError before anybody is asked, RequestClosedError when people refused or did not answer,
    StaleEvidenceError when evidence, standard or champion changed meanwhile, PublishError; ArtifactError, recorded
    before it is raised, when bytes are missing or changed.
    """
    run = this_run()
    with refusals_recorded(ATTEMPT, version, run, as_of, BYTES):
        return _deploy(version, use, environment, slot, run, as_of)


def _deploy(version: str, use: str, environment: str, slot: str, run: Run, as_of: datetime | None) -> str:
    published = published_by_run(version, run.id)
    if published is not None:
        return published
    request = approval_of_run(version, run.id)
    if request is None:
        verdicts = judge_version(version, "approve", environment, use, run.actor, as_of, run.id)
        refuse_unless_cleared(verdicts)
        request = request_approval(verdicts, use, slot, run.actor, as_of, run.id)
    approved = await_decisions(request, as_of)
    as_of = meanwhile(as_of)
    refuse_unless_cleared(judge_version(version, "deploy", environment, use, run.actor, as_of, run.id, approved))
    return publish_version(approved, run.actor, as_of, run.id)
