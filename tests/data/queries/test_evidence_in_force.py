"""The evidence on a version with its standards, as a judgement and each kind of request need it."""

from __future__ import annotations

import pytest

from data.errors import NotFoundError
from data.queries.evidence_in_force import (
    deployment_facts,
    evidence_in_force,
    judging_facts,
    newest_verdict_set,
    release_facts,
    retirement_facts,
)
from data.records.review import VerdictSet
from tests.world import MODEL, World


def test_the_evidence_comes_with_every_adopted_standard(world: World) -> None:
    version = world.version()
    facts = evidence_in_force(world.registry, version, "staging", "planning")
    assert (facts.evidence.version.key, facts.evidence.environment, facts.evidence.use) == (
        version,
        "staging",
        "planning",
    )
    assert [one.standard for one in facts.adopted] == ["baseline"]


def test_a_judgement_knows_the_votes_and_the_standards_of_its_request(world: World) -> None:
    request = world.approved()
    facts = judging_facts(world.registry, request.subject, "approve", "production", request.use, request)
    assert {one.person for one in facts.evidence.votes} == {"alma", "axel"}
    verdicts = world.get(VerdictSet, request.verdict_set or "")
    assert facts.opened_with == verdicts.standards
    without = judging_facts(world.registry, request.subject, "approve", "production", request.use)
    assert (without.opened_with, without.evidence.request) == ((), None)
    unbound = judging_facts(
        world.registry, request.subject, "deploy", "production", "", request.model_copy(update={"verdict_set": None})
    )
    assert unbound.opened_with == ()


def test_the_newest_verdicts_are_of_one_stage(world: World) -> None:
    request = world.approved()
    known = newest_verdict_set(world.registry, request.subject, "approve")
    assert known is not None
    assert known.stage == "approve"
    assert newest_verdict_set(world.registry, request.subject, "emergency") is None


def test_a_request_to_deploy_is_bound_to_evidence_and_verdicts(world: World) -> None:
    request = world.approved()
    facts = deployment_facts(world.registry, request)
    assert facts.evidence is not None
    assert (facts.model.key, facts.version.key, facts.plan_digest) == (MODEL, request.subject, "")
    assert facts.verdicts is not None
    assert facts.verdicts.key == request.verdict_set
    unbound = deployment_facts(world.registry, request.model_copy(update={"verdict_set": None}))
    assert unbound.verdicts is None


def test_a_request_to_ratify_a_release_has_verdicts(world: World) -> None:
    request = world.approved()
    facts = release_facts(world.registry, request)
    assert (facts.evidence, facts.version.key) == (None, request.subject)
    with pytest.raises(NotFoundError):
        release_facts(world.registry, request.model_copy(update={"verdict_set": None}))


def test_a_request_to_retire_is_about_a_retirement(world: World) -> None:
    with pytest.raises(NotFoundError):
        retirement_facts(world.registry, world.approved())
