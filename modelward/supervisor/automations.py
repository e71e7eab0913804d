"""Create the automations of the server: a silent run and a crashed run each start `reconcile operations` at once.

Neither changes the state of a run. A run that waits for a person is silent too, and events may arrive out of order:
reconcile reads the state of the run and its latest heartbeat before it marks the run crashed.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from tasks.maintain.crash_silent_runs import SILENCE

HEARTBEAT = "prefect.flow-run.heartbeat"
RECONCILE = "reconcile operations/reconcile-operations"
STAGES = ("development", "validation", "deployment", "monitoring", "review", "retirement", "audit")


def create_automations(client: SyncPrefectClient) -> None:
    """Create the automations, or update existing ones; an automation that an operator switched off stays off."""
    reconcile = client.read_deployment_by_name(RECONCILE).id
    for automation in (silent_run(reconcile), crashed_run(reconcile)):
        known = client.find_automation(automation.name)
        if known is None:
            client.create_automation(automation)
        else:
            client.update_automation(known.id, automation.model_copy(update={"enabled": known.enabled}))


def silent_run(reconcile: UUID) -> AutomationCore:
    """Return the automation for a run without any event for SILENCE since its start or its last heartbeat."""
    return AutomationCore(
        name="modelward: a run fell silent",
        description="Its process may be gone: reconcile checks that, marks the run crashed and ends its operation.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            after={HEARTBEAT, "prefect.flow-run.Running"},
            expect={"prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=SILENCE,
        ),
        actions=[_run(reconcile)],
    )


def crashed_run(reconcile: UUID) -> AutomationCore:
    """Return the automation for a crashed run, except a run of reconcile, which would start itself endlessly."""
    stages = [f"prefect.tag.{one}" for one in STAGES]
    return AutomationCore(
        name="modelward: a run crashed",
        description="Reconcile ends what the run left incomplete: its operation, its requests to people.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification({"prefect.resource.role": "tag", "prefect.resource.id": stages}),
            expect={"prefect.flow-run.Crashed"},
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[_run(reconcile)],
    )


def _run(deployment: UUID) -> RunDeployment:
    return RunDeployment(source="selected", deployment_id=deployment)
