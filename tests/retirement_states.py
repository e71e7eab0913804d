"""The retirement of version 1 in the small world: one function for each state, which also takes the steps before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from data.records.approval import ApprovalRequest, RequiredRole
from data.records.evidence import sha256_of
from data.records.person import Role
from data.records.retirement import Retirement
from data.records.version import Version
from data.registry.commands.approval import RequestApproval
from data.registry.commands.retirement import (
    AcceptSilence,
    AffectedParty,
    AnswerNotice,
    ApproveRetirement,
    ArchiveRetirement,
    BeginSunset,
    OpenRetirement,
    PlanTransition,
    RecordNotices,
    RecordTraffic,
    WithdrawVersion,
)
from data.registry.rules.retirement import retirement_digest
from tests.operations import withdraw
from tests.world import MODEL, STANDARDS_DIGEST, World

VERSION = f"{MODEL}/versions/1"
KEY = f"{VERSION}/retirement"
GATES = f"{KEY}/parties/gates"
PARTIES = (
    AffectedParty(system="gates", declared=True, owner="gil"),
    AffectedParty(system="crew", declared=True, through=("models/ops/rota",)),
    AffectedParty(system="shadow-it", declared=False),
)


def opened(world: World, **changes: Any) -> None:
    """Open the retirement of version 1 with three parties and a sunset in 30 days."""
    fields: dict[str, Any] = {
        "version": VERSION,
        "reason": "the data moved on",
        "sunset_at": world.now + timedelta(days=30),
        "quiet_days": 7,
        "impact_digest": sha256_of("impact"),
        "parties": PARTIES,
    }
    world.do(OpenRetirement(**{**fields, **changes}), by="olga")


def noticed(world: World, *systems: str) -> None:
    """Record notices to these systems, or to all parties."""
    everybody = systems or tuple(one.system for one in PARTIES)
    world.do(RecordNotices(key=KEY, systems=everybody, outbox_digest=sha256_of(everybody)))


def answered(world: World, system: str = "gates", answer: Any = "acknowledged") -> None:
    """Record a party's answer to its notice."""
    world.do(AnswerNotice(key=KEY, system=system, answer=answer), by="gil")


def accepted(world: World, system: str = "crew", by: str = "rita") -> None:
    """Record that a person accepts the risk of a party's silence."""
    world.do(AcceptSilence(key=KEY, system=system, reason="asked three times", proof=world.proof(by)), by=by)


def transition_planned(world: World, system: str, **changes: Any) -> None:
    """Record what a party moves to, ten days before the sunset."""
    fields = {"moves_to": "version 2", "cut_over_at": world.get(Retirement, KEY).sunset_at - timedelta(days=10)}
    world.do(PlanTransition(key=KEY, system=system, **{**fields, **changes}))


def planned(world: World) -> None:
    """Open the retirement and record notices, answers, accepted silence and a transition for each party."""
    opened(world)
    noticed(world)
    answered(world)
    answered(world, "shadow-it")
    accepted(world)
    for party in PARTIES:
        transition_planned(world, party.system)


def requested(world: World, key: str = KEY, **changes: Any) -> str:
    """Request the approval of the plan and have alma approve it; return the key of the request."""
    with world.registry.reading() as state:
        digest = retirement_digest(state, key)
    fields: dict[str, Any] = {
        "about": key,
        "purpose": "retire",
        "environment": "production",
        "use": "",
        "required": (RequiredRole(role=Role.APPROVER),),
        "tier": 2,
        "change_class": "new",
        "evidence_digest": digest,
        "standards_digest": STANDARDS_DIGEST,
        "artifact_digest": world.get(Version, key.removesuffix("/retirement")).artifact.digest,
        "expires_at": world.now + timedelta(days=7),
        "approval_days": 30,
    }
    receipt = world.do(RequestApproval(**{**fields, **changes}), by="olga", run_id="retire-1")
    request = receipt.row(ApprovalRequest)
    world.decide(request, "alma")
    return request.key


def approved(world: World) -> None:
    """Approve the plan of the retirement."""
    planned(world)
    world.do(ApproveRetirement(key=KEY, request=requested(world)))


def sunset(world: World) -> None:
    """Move the time to the sunset and record that it began."""
    approved(world)
    world.now = world.get(Retirement, KEY).sunset_at
    world.do(BeginSunset(key=KEY))


def traffic(world: World, days: float = 7, rows: int = 0, **changes: Any) -> None:
    """Record the traffic of the last days."""
    window = {"from_at": world.now - timedelta(days=days), "to_at": world.now}
    world.do(RecordTraffic(key=KEY, rows=rows, evidence_digest=sha256_of([days, rows]), **{**window, **changes}))


def quiet(world: World) -> None:
    """Record seven days without traffic after the sunset."""
    sunset(world)
    world.move(days=7)
    traffic(world)


def withdrawn(world: World) -> None:
    """Withdraw the version and record it as retired."""
    quiet(world)
    withdraw(world)
    world.do(WithdrawVersion(key=KEY))


def archived(world: World) -> None:
    """Archive the retirement with its dossier."""
    withdrawn(world)
    world.do(archive(world))


def archive(world: World) -> ArchiveRetirement:
    """Return the command that archives the dossier for seven years."""
    return ArchiveRetirement(
        key=KEY, dossier_digest=sha256_of("dossier"), retain_until=world.now + timedelta(days=7 * 365)
    )
