"""Release in emergency: publish at once what one person answers for; people ratify it in time, or it is undone."""

from __future__ import annotations

from datetime import datetime

from prefect import flow, runtime

from tasks.await_ratification import await_ratification
from tasks.business_time import registry_moment
from tasks.carry_out_operation import Run
from tasks.name_run import this_run
from tasks.publish_release import publish_release
from tasks.show_deployment import shown
from tasks.title_run import titled


@flow(name="release in emergency", flow_run_name=titled("release {request} in an emergency"), persist_result=False)
def release_in_emergency(request: str, as_of: datetime | None = None) -> str:
    """Carry out a release that `modelward release` opened, by its request's key; answers the deployment's key.

    On a worker the run then waits for the ratification, and undoes the release when it is refused or runs out. In
    process it ends at once: people ratify with `modelward ratify`, and `modelward reconcile` undoes what ran out.

    Args:
        request: The key of the request that `modelward release` opened.
        as_of: Business time. Leave it empty for now; only a registry that replays a past takes another.
    """
    told = this_run()
    run = Run(told.actor, registry_moment(as_of), told.id)
    deployment = shown(publish_release(request, run))
    if runtime.deployment.id:
        await_ratification(request, run)
    return deployment
