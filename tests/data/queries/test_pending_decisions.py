"""The decisions that wait for people: requests, conclusions and transition plans, with who could decide."""

from __future__ import annotations

from data.queries.pending_decisions import pending_decisions
from tests.retirement_states import KEY, PARTIES, opened
from tests.world import World


def test_a_pending_request_has_everybody_who_could_sign(world: World) -> None:
    request = world.requested()
    world.decide(request, "alma")
    pending = pending_decisions(world.registry, world.now)
    ((waiting,), conclusions) = pending.requests, pending.conclusions
    assert (waiting.request.key, waiting.model.owner, waiting.run_id) == (request.key, "olga", request.run_id)
    assert [one.person for one in waiting.approvers] == ["axel"]
    assert (conclusions, pending.plans) == ((), ())
    assert "adam" in pending.administrators
    assert [one.standard for one in pending.standards] == ["baseline"]


def test_a_pending_conclusion_has_the_eligible_validators(world: World) -> None:
    version = world.assessed()
    (waiting,) = pending_decisions(world.registry, world.now).conclusions
    assert (waiting.version.key, waiting.verdicts.version, waiting.validators) == (version, version, ("vera",))


def test_about_limits_the_result_to_one_decision(world: World) -> None:
    request, version = world.requested(), world.assessed(world.version())
    assert version != request.subject
    named = pending_decisions(world.registry, world.now, request.key)
    assert ([one.request.key for one in named.requests], named.conclusions) == ([request.key], ())
    assert pending_decisions(world.registry, world.now, "nothing").requests == ()


def test_a_pending_plan_has_the_parties_of_its_retirement(world: World) -> None:
    world.validated()
    opened(world)
    (plan,) = pending_decisions(world.registry, world.now).plans
    assert (plan.retirement.key, plan.model.owner) == (KEY, "olga")
    assert {one.system for one in plan.parties} == {one.system for one in PARTIES}
