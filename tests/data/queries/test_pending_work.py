"""The work that waits for people, and the runs that ask about it."""

from __future__ import annotations

from data.queries.cleared_versions import ApprovalCase
from data.queries.pending_work import (
    WaitingRequest,
    WaitingVersion,
    asking_runs,
    listed_work,
    missing_signatures,
    pending_work,
)
from data.queries.rows import rows
from data.records.log import Standard
from data.records.person import Role
from data.records.verdict import Failed, Judgement, Passed
from data.registry.commands.review import OpenFinding
from data.registry.commands.version import RecordVerdicts
from tests.world import STANDARDS_DIGEST, World

FAILED = Judgement(
    control="performance", gate="performance", criterion="auc", verdict=Failed(reason="0.4", remedy="fit it again")
)
PASSED = Judgement(control="performance", gate="performance", criterion="auc", verdict=Passed(because="0.7"))


def needed(_: ApprovalCase) -> bool:
    """A standard that requires a validator for every version."""
    return True


def test_a_waiting_request_has_missing_signatures_and_eligible_people(world: World) -> None:
    request = world.requested()
    work = pending_work(world.registry, needed)
    (found,) = work.page.rows
    assert isinstance(found, WaitingRequest)
    assert found.request.key == request.key
    assert found.missing == missing_signatures(world.registry, request.key) == {Role.APPROVER: 2}
    assert set(found.people) == {"alma", "axel"}
    assert (work.now, work.page.total) == (world.now, 1)


def test_a_decided_request_is_listed_on_demand_without_missing_signatures(world: World) -> None:
    request = world.approved()
    assert listed_work(world.registry, needed).page.rows == ()
    (found,) = listed_work(world.registry, needed, decided=True).page.rows
    assert isinstance(found, WaitingRequest)
    assert (found.request.key, found.request.state, found.missing, found.people) == (request.key, "approved", {}, ())


def test_a_cleared_version_is_listed_with_its_validators(world: World) -> None:
    version = world.assessed()
    (found,) = pending_work(world.registry, needed).page.rows
    assert isinstance(found, WaitingVersion)
    assert (found.version.key, found.case.standard.standard) == (version, "baseline")
    assert found.people == ("vera",)


def test_the_standard_is_the_version_of_the_verdict_set(world: World) -> None:
    version = world.measured()
    (standard,) = rows(world.registry, Standard)
    command = RecordVerdicts(
        version=version, stage="assess", environment="production", standards=(standard.key,),
        standards_digest=STANDARDS_DIGEST, evidence_digest=world.digest(version), judgements=(PASSED,), champion=None,
    )  # fmt: skip
    world.do(command)
    (found,) = pending_work(world.registry, needed).page.rows
    assert isinstance(found, WaitingVersion)
    assert found.case == ApprovalCase(standard, 2, "new", "production")


def test_a_version_that_was_not_cleared_is_not_listed(world: World) -> None:
    version = world.measured()
    world.judge(version, "assess", FAILED)
    assert pending_work(world.registry, needed).page.rows == ()


def test_the_asking_run_of_a_request_is_found(world: World) -> None:
    request = world.requested()
    for name in ("delay/1#1", request.key):
        asking = asking_runs(world.registry, name)
        assert (asking.runs, asking.subject) == ((request.run_id,), request.key)


def test_the_runs_of_a_version_are_listed_latest_first(world: World) -> None:
    version = world.version()
    for number in ("1", "2"):
        finding = OpenFinding(
            version=version, severity="low", title="a", text="b", owner="dev", due_at=world.now.replace(year=2014)
        )
        world.do(finding, by="vera", run_id=f"run-{number}")
    asking = asking_runs(world.registry, "delay/1")
    assert (asking.runs[:2], asking.subject) == (("run-2", "run-1"), version)
