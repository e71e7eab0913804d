r"""A model under a small standard that allows emergencies: version 1 serves as approved, version 2 can be released.

with_emergency_rule(world)      the standard is adopted, version 1 deployed, version 2 assessed
open_emergency_release(world)   otto opens the release of version 2 through the task
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from data.records.approval import ApprovalRequest
from data.records.person import Actor
from data.records.run_context import RunContext
from tasks.deploy.open_release import open_release
from tests.judged_model import USE, V1, adopt, standard_text
from tests.operations import deploy
from tests.world import MODEL, World

V2 = f"{MODEL}/versions/2"
EMERGENCY_RULE: dict[str, Any] = {
    "release_roles": ["operator"],
    "ratify_hours": 24,
    "ratify_roles": {"owner": 1, "approver": 1},
    "standing_days": 14,
    "rationale": "emergencies are rare",
}


def emergency_standard_text(version: int = 3, **changes: Any) -> str:
    """Return the text of the small standard, in which the findings gate also applies in an emergency."""
    written = json.loads(standard_text(version, emergency=[EMERGENCY_RULE], **changes))
    for control in written["controls"]:
        control["stages"] += ["emergency"] if control["gate"] == "findings" else []
    return json.dumps(written)


def with_emergency_rule(world: World, *, serving: bool = True) -> World:
    """Return a world with version 1 in service and version 2 assessed."""
    adopt(world, emergency_standard_text())
    if serving:
        deploy(world, world.approved(V1))
    world.assessed(world.version())
    return world


def run_at(world: World, run_id: str = "run-e", by: str = "otto") -> RunContext:
    """Return the context of a run by a person at the world's time."""
    return RunContext(Actor(id=by), world.now, run_id)


def open_emergency_release(
    world: World, until: datetime | None = None, by: str = "otto", **changes: Any
) -> ApprovalRequest:
    """Open the emergency release of version 2; return its request."""
    fields: dict[str, Any] = {
        "version": V2, "environment": "production", "slot": "champion", "use": USE, "reason": "all scores are 1",
    }  # fmt: skip
    return open_release(until=until, proof=world.proof(by), run=run_at(world, "", by), **{**fields, **changes})
