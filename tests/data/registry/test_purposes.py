"""Purposes of approval requests: subject, meaning of the votes, and the command that needs the approval."""

from __future__ import annotations

from typing import get_args

import pytest

from data.errors import NotFoundError
from data.records.approval import ApprovalRequest
from data.records.deployment import Deployment
from data.records.retirement import Retirement
from data.records.version import Version
from data.registry.commands.deployment import BeginOperation
from data.registry.commands.retirement import ApproveRetirement
from data.registry.purposes import DEPLOY, PURPOSES, RATIFY, RELEASE, RETIRE, Purpose, purpose_of
from tests.world import World

TABLE: dict[str, tuple[object, ...]] = {
    "deploy": (Version, "approved", BeginOperation, True, False, True, True),
    "release": (Version, "ratified", None, False, True, True, True),
    "ratify": (Deployment, "ratified", None, False, False, False, True),
    "retire": (Retirement, "approved", ApproveRetirement, False, False, False, False),
}


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
def test_each_purpose_has_its_subject_and_the_meaning_of_its_votes(purpose: Purpose) -> None:
    means = (purpose.decides_review, purpose.serves_before_votes, purpose.puts_in_service, purpose.names_slot)
    assert (purpose.about, purpose.approved_as, purpose.completed_by, *means) == TABLE[purpose.name]


def test_every_purpose_that_a_request_can_store_is_in_the_table() -> None:
    assert set(PURPOSES) == set(get_args(ApprovalRequest.model_fields["purpose"].annotation))


def test_the_purpose_of_a_request_is_found(world: World) -> None:
    assert purpose_of(world.requested()) is DEPLOY


def test_the_version_and_state_of_a_subject_are_found(world: World) -> None:
    version = world.validated()
    with world.registry.reading() as state:
        assert DEPLOY.find_subject(state, version) == (version, "validated")
        assert RELEASE.find_subject(state, version) == (version, "unratified")


@pytest.mark.parametrize("purpose", [DEPLOY, RATIFY, RETIRE], ids=lambda one: one.name)
def test_a_missing_subject_is_an_error(purpose: Purpose, world: World) -> None:
    with world.registry.reading() as state, pytest.raises(NotFoundError):
        purpose.find_subject(state, "models/ops/none/versions/1")
