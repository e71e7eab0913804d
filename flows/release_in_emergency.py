"""Release in emergency: publish at once on one person's code; the release is undone unless it is ratified in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from prefect import flow, runtime

from data.records.deployment import SlotName
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from tasks.approve.ask_approvers import QUESTION as RATIFYING
from tasks.deploy.ask_releaser import QUESTION as OPENING
from tasks.deploy.ask_releaser import ReleaseTarget, ask_releaser
from tasks.deploy.await_ratification import await_ratification
from tasks.deploy.publish_release import publish_release
from tasks.deploy.show_deployment import show_deployment
from tasks.run.business_time import meanwhile, registry_moment
from tasks.run.find_named import use_named, version_named
from tasks.run.name_run import this_run
from tasks.run.take_steps import Steps
from tasks.run.title_run import titled
from tasks.validate.judge_version import judge_version
from tasks.validate.reject_version import refuse_unless_cleared


@flow(
    name="release in emergency",
    flow_run_name=titled("release {request}{version} in an emergency"),
    persist_result=False,
)
def release_in_emergency(
    version: str = "",
    use: str = "",
    environment: str = "production",
    slot: Literal["champion", "challenger", "shadow"] = "champion",
    request: str = "",
    as_of: datetime | None = None,
) -> str:
    """Publish a version before its approvals; return the key of the deployment.

    `modelward release` has one person's code judged first and passes the key of the request. Without a request the run
    asks that person on its page for id, reason and one-time code. On a worker the run then waits for the ratification,
    and undoes the release when it is refused or expires. In process the run ends at once: people ratify with `modelward
    ratify`, and `modelward reconcile` undoes a release that was not ratified in time.

    Args:
        version: The version to release, like flight-delay/4. The page of the run then asks the releasing person.
        use: One of the intended uses of the model. Leave it empty if there is only one.
        environment: The environment, by its name in the standards.
        slot: The champion answers; challenger and shadow are only compared with it.
        request: Set by `modelward release` only: the key of the request it opened, which replaces all of the above.
        as_of: Business time. Leave it empty for the current time; only a replay registry accepts another.
    """
    context = this_run(registry_moment(as_of))
    steps = Steps(OPENING, RATIFYING)
    request = request or _opened(version, use, environment, slot, context, steps)
    deployment = show_deployment(publish_release(request, context, steps))
    if runtime.deployment.id:
        await_ratification(request, context, steps)
    return deployment


def _opened(version: str, use: str, environment: str, slot: SlotName, context: RunContext, steps: Steps) -> str:
    """Return the request that a person opened on the page of this run."""
    version = version_named(version)
    target = ReleaseTarget(version, environment, slot, use_named(version, use))

    def judge() -> VerdictSet:
        now = replace(context, as_of=meanwhile(context.as_of))
        verdicts = steps.take(judge_version, version, "emergency", environment, target.use, now)
        refuse_unless_cleared(verdicts)
        return verdicts

    return ask_releaser(target, context, judge, steps)
