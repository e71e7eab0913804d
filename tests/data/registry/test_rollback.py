"""The choice of a rollback: the last version without an objection; every other version is listed with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.records.version import Version
from data.registry.commands.version import RevokeVersion
from data.registry.rollback import RollbackTarget, choose_rollback
from tests.operations import deployed, held, prepared, roll_back, suspend
from tests.world import MODEL, Template, World

V1, V2, V3, V4 = (f"{MODEL}/versions/{number}" for number in range(1, 5))


def deploy_three(world: World) -> None:
    """Deploy three versions, ten days each."""
    for number in range(1, 4):
        deployed(world, f"op-{number}")
        world.move(days=10)


@pytest.fixture(scope="module")
def before(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after three versions served one after the other."""
    return prepared(founded, tmp_path_factory.mktemp("before") / "home", deploy_three)


@pytest.fixture
def world(before: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A copy of that world for one test."""
    with held(before, tmp_path / "home", monkeypatch) as world:
        yield world


def choose(world: World, **criteria: Any) -> RollbackTarget:
    """Return the choice for production now."""
    with world.registry.reading() as state:
        return choose_rollback(state, MODEL, "production", "champion", world.now, **criteria)


def reasons(choice: RollbackTarget) -> dict[str, str]:
    """Return the reason for each version that was not chosen."""
    return {one["version"]: one["reason"] for one in choice.passed_over}


def nothing(world: World) -> None:
    """Do nothing."""


def revoke(world: World) -> None:
    world.do(RevokeVersion(version=V2, reason="a waiver was revoked"))


def narrow(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE approval_request SET \"use\" = 'advertising' WHERE subject = ?", [V2])


def expire(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE version SET valid_until = NULL WHERE key = ?", [V2])


def withdraw_request(world: World) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE deployment SET request = NULL WHERE version = ?", [V2])


HAPPENED: dict[str, tuple[Callable[[World], None], str, str]] = {
    "nothing happened": (nothing, V2, ""),
    "it was revoked": (revoke, V1, "it is revoked, not approved (a waiver was revoked)"),
    "its approval has expired": (expire, V1, "its approval has expired"),
    "it was approved for another use": (
        narrow,
        V1,
        "its approval for this environment and use is missing or has expired",
    ),
    "nobody approved it": (withdraw_request, V1, "its approval for this environment and use is missing or has expired"),
}


@pytest.mark.parametrize("happened, chosen, reason", HAPPENED.values(), ids=HAPPENED.keys())
def test_the_version_before_is_chosen_unless(
    happened: Callable[[World], None], chosen: str, reason: str, world: World
) -> None:
    happened(world)
    choice = choose(world)
    assert choice.version is not None
    assert choice.deployment is not None
    assert (choice.version.key, choice.deployment.version) == (chosen, chosen)
    assert reasons(choice) == ({V2: reason} if reason else {})


def test_a_rolled_back_version_is_not_chosen_and_has_both_reasons(world: World) -> None:
    roll_back(world, V2)
    choice = choose(world)
    assert choice.version is not None
    assert choice.version.key == V1
    assert reasons(choice) == {V3: "it was rolled back or suspended before; an open incident blocks it"}


def test_a_version_without_its_artifact_is_not_chosen(world: World) -> None:
    def missing(version: Version) -> str:
        return "its artifact is missing" if version.key == V2 else ""

    choice = choose(world, missing=missing)
    assert choice.version is not None
    assert choice.version.key == V1
    assert reasons(choice) == {V2: "its artifact is missing"}


def test_newer_versions_that_never_served_are_listed(world: World) -> None:
    world.version()
    assert reasons(choose(world)) == {V4: "never served as production champion"}


def test_after_a_suspension_the_version_before_is_chosen(world: World) -> None:
    suspend(world)
    choice = choose(world)
    assert choice.version is not None
    assert choice.version.key == V2


def test_without_a_valid_version_nothing_is_chosen_and_all_are_listed(world: World) -> None:
    world.move(days=365)
    choice = choose(world)
    assert (choice.version, choice.deployment) == (None, None)
    assert set(reasons(choice)) == {V1, V2}


def test_in_an_environment_without_deployments_nothing_is_chosen(world: World) -> None:
    with world.registry.reading() as state:
        choice = choose_rollback(state, MODEL, "staging", "champion", world.now)
    assert choice.version is None
    assert set(reasons(choice)) == {V1, V2, V3}
