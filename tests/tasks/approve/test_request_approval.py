"""An approval request is bound to the judged evidence and to what the standard demands."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from data.errors import DigestMismatchError, IllegalMoveError, IndependenceError, StaleEvidenceError
from data.queries.approval_snapshot import approval_snapshot
from data.records.approval import ApprovalRequest
from data.records.review import VerdictSet
from data.records.run_context import RunContext
from data.records.version import Version
from tasks.approve.request_approval import approval_of_run, request_approval
from tasks.validate.judge_version import judge_version
from tests.judged_model import DEV, USE, V1, adopt, assessed_version, standard_text
from tests.world import World
from views.forms.approval_form import describe_request


def verdicts(world: World, run: str = "run-d") -> VerdictSet:
    found: VerdictSet = judge_version.fn(V1, "approve", "production", USE, RunContext(DEV, world.now, run))
    return found


def requested(world: World, of: VerdictSet, run: str = "run-d") -> ApprovalRequest:
    found: ApprovalRequest = request_approval.fn(of, USE, "champion", RunContext(DEV, world.now, run))
    return found


def test_a_request_states_roles_digests_and_expiry(validated: World) -> None:
    cleared = verdicts(validated)
    request = requested(validated, cleared)
    assert [(one.role, one.count) for one in request.required] == [("approver", 2)]
    assert (request.use, request.environment, request.tier, request.change_class) == (USE, "production", 2, "new")
    assert (request.verdict_set, request.evidence_digest) == (cleared.key, validated.digest(V1))
    assert request.standards_digest == cleared.standards_digest
    assert request.expires_at == validated.now + timedelta(days=7)
    assert {"dev", "Otto <otto@example.org>"} <= set(request.contributors)


def test_the_same_run_opens_one_request(validated: World) -> None:
    cleared = verdicts(validated)
    first, events = requested(validated, cleared), len(validated.events())
    validated.move(hours=1)
    assert requested(validated, verdicts(validated)) == first
    assert len(validated.events()) == events
    assert approval_of_run(V1, "run-d") == first


def test_a_run_finds_only_its_own_request(validated: World) -> None:
    assert approval_of_run(V1, "run-d") is None
    requested(validated, verdicts(validated, ""), "")
    assert [approval_of_run(V1, run) for run in ("run-d", "")] == [None, None]


def test_the_demand_comes_from_the_judging_standard(validated: World) -> None:
    cleared = verdicts(validated)
    adopt(validated, standard_text(version=3, approvers=3))
    assert [one.count for one in requested(validated, cleared).required] == [2]


def separate_validator_text(version: int, **changes: Any) -> str:
    """Return the small standard with the rule that a validator may not also approve."""
    written = json.loads(standard_text(version, **changes))
    for control in written["controls"]:
        control["parameters"] |= {"apart_from_validator": True} if control["gate"] == "sign_off" else {}
    return json.dumps(written)


def test_a_validator_may_not_sign_under_a_separating_standard(validated: World) -> None:
    validated.grant("vera")
    assert "vera" not in requested(validated, verdicts(validated, "run-0"), "run-0").contributors
    adopt(validated, separate_validator_text(3))
    request = requested(validated, verdicts(validated))
    assert request.contributors[-1] == "vera"
    with pytest.raises(IndependenceError, match="vera validated ops/delay v1"):
        validated.decide(request, "vera")
    text = describe_request(approval_snapshot(validated.registry, request.key, validated.now))
    assert "| Can sign now | alma, axel, rita |" in text
    assert "| Cannot sign | vera: the standard separates validation from approval |" in text
    for person in ("alma", "axel"):
        validated.decide(request, person)
    approved = validated.get(ApprovalRequest, request.key)
    judged: VerdictSet = judge_version.fn(
        V1, "deploy", "production", USE, RunContext(DEV, validated.now, "run-d"), approved
    )
    assert judged.cleared


def test_changed_bytes_open_no_request(validated: World) -> None:
    cleared = verdicts(validated)
    path = validated.artifacts.path(validated.get(Version, V1).artifact.digest)
    path.write_bytes(b"other bytes")
    with pytest.raises(DigestMismatchError):
        requested(validated, cleared)
    assert validated.find(ApprovalRequest) == []


def test_verdicts_on_other_evidence_are_refused(validated: World) -> None:
    with pytest.raises(StaleEvidenceError):
        requested(validated, verdicts(validated).model_copy(update={"evidence_digest": "sha256:" + "0" * 64}))


def test_verdicts_of_stage_assess_are_refused(judged: World) -> None:
    with pytest.raises((IllegalMoveError, StaleEvidenceError)):
        requested(judged, assessed_version(judged))
