"""What the server does by itself: a run that fell silent, and a run that crashed, are each looked after at once.

Neither changes a run's state by rule. A run that waits for a person is silent too, and events may arrive out of order:
`reconcile operations` asks for the run's state and its newest sign of life before it calls it dead.
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
    """Create them, or bring those of an earlier `up` up to date; one that an operator switched off stays off."""
    reconcile = client.read_deployment_by_name(RECONCILE).id
    for wanted in (silent_run(reconcile), crashed_run(reconcile)):
        known = client.find_automation(wanted.name)
        if known is None:
            client.create_automation(wanted)
        else:
            client.update_automation(known.id, wanted.model_copy(update={"enabled": known.enabled}))


def silent_run(reconcile: UUID) -> AutomationCore:
    """No sign of life of a run, of whatever kind, for a while after it began or its last heartbeat."""
    return AutomationCore(
        name="modelward: a run fell silent",
        description="Its process or machine is gone: reconcile marks the run crashed and ends what it left half-way.",
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
    """A run crashed; not one of reconcile itself, which would be started for ever."""
    stages = [f"prefect.tag.{one}" for one in STAGES]
    return AutomationCore(
        name="modelward: a run crashed",
        description="Reconcile ends what the run left half-way: its operation, its requests to people.",
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
