"""Short histories of two models that need no log and no Prefect: for tests of what is written, not of what happens."""

from __future__ import annotations

from datetime import timedelta

from data.records.review import Severity
from data.registry.commands.review import AnswerFinding, CloseFinding, DecideWaiver, OpenFinding, RequestWaiver
from tests.operations import deployed
from tests.world import World

OTHER_MODEL = "models/crm/churn"


def add_short_histories(world: World) -> None:
    """A model that serves, with a finding that was closed and a waiver that was granted, and a model that waits."""
    version, due = deployed(world).version, world.now + timedelta(days=30)
    for number in range(2):
        finding = OpenFinding(
            version=version, title=f"matter {number}", text="<b>a text</b> – é", owner="dev", severity=Severity.LOW,
            due_at=due,
        )  # fmt: skip
        key = world.do(finding, by="vera").subject
    world.do(AnswerFinding(key=key, answer="done"), by="dev")
    world.do(CloseFinding(key=key, proof=world.proof("vera")), by="vera")
    waiver = RequestWaiver(version=version, control="CMP-1", reason="too few rows", expires_at=due)
    key = world.do(waiver, by="dev").subject
    world.do(DecideWaiver(key=key, grant=True, proof=world.proof("axel")), by="axel")
    world.requested(world.validated(world.version(OTHER_MODEL)))
