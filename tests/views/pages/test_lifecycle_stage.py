"""The stage of a model: a version that serves decides before a newer one that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.queries.inventory import ListedDeployment, ListedVersion
from views.pages.lifecycle_stage import STAGES, stage_of

DAY = datetime(2013, 4, 1, tzinfo=UTC)


def deployment_in(
    state: str = "deployed", environment: str = "production", slot: str = "champion", day: int = 0
) -> ListedDeployment:
    return ListedDeployment(
        environment=environment, slot=slot, use="planning", state=state, from_at=DAY + timedelta(days=day), to_at=None,
        ended_reason="", rollback_of=None, ratified_by=None,
    )  # fmt: skip


def version(review_state: str, *deployments: ListedDeployment) -> ListedVersion:
    return ListedVersion.model_construct(review_state=review_state, deployments=deployments)


CASES: dict[str, tuple[tuple[ListedVersion, ...], str]] = {
    "a model without a version": ((), "no version"),
    "a champion in production": ((version("approved", deployment_in()),), "in production"),
    "a champion in production beside a newer version in review": (
        (version("approved", deployment_in()), version("registered")),
        "in production",
    ),
    "a challenger in production": ((version("approved", deployment_in(slot="challenger")),), "in another environment"),
    "a champion elsewhere": ((version("approved", deployment_in(environment="staging")),), "in another environment"),
    "a registered version": ((version("registered"),), "in review"),
    "an assessed version": ((version("assessed"),), "in review"),
    "a validated version after a suspension": (
        (version("approved", deployment_in("suspended")), version("validated")),
        "in review",
    ),
    "a suspended deployment": ((version("approved", deployment_in("suspended")),), "suspended"),
    "a suspension that a later deployment followed": (
        (version("approved", deployment_in("suspended"), deployment_in("ended", day=1)),),
        "approved",
    ),
    "an approved version": ((version("approved"),), "approved"),
    "a rejected version": ((version("approved"), version("rejected")), "rejected"),
    "a retired version": ((version("retired"),), "retired"),
    "an expired approval": ((version("expired"),), "lapsed"),
    "a revoked approval": ((version("revoked"),), "lapsed"),
}


@pytest.mark.parametrize(("versions", "stage"), CASES.values(), ids=CASES)
def test_the_stage_follows_from_the_versions(versions: tuple[ListedVersion, ...], stage: str) -> None:
    assert stage_of("active", versions) == stage


def test_a_retired_model_is_retired_in_spite_of_its_versions() -> None:
    assert stage_of("retired", (version("approved", deployment_in()),)) == "retired"


def test_every_stage_of_the_filter_occurs() -> None:
    found: set[Any] = {stage for _, stage in CASES.values()}
    assert found == set(STAGES)
