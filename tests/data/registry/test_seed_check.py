"""The seed of a credential is the one that was enrolled: by the digest in the event, or by the time of its seal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.errors import SeedMismatchError
from data.records.person import Credential
from data.registry.seed_check import checked_seed, enrolled_at
from data.registry.seeds import SeedVault, seed_digest
from tests.world import World

ALMA = "people/alma/credentials/1"


def opened(world: World) -> str:
    with world.registry.reading() as state:
        return checked_seed(state, world.registry.seeds, state.need(Credential, ALMA))


def test_the_enrolled_seed_is_opened(world: World) -> None:
    assert opened(world) == world.registry.seeds.open(ALMA)


def test_the_enrolment_event_has_the_digest_of_the_seed(world: World) -> None:
    with world.registry.reading() as state:
        recorded = state.need(Credential, ALMA).credential_digest
    assert recorded == seed_digest(ALMA, world.registry.seeds.open(ALMA))
    images = [image for event in world.events("person.enrolled") for image in event["rows"] if image["key"] == ALMA]
    assert [image["values"]["credential_digest"] for image in images] == [recorded]


def test_another_seed_than_the_enrolled_one_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SeedVault, "open", lambda self, credential: "JBSWY3DP")
    with pytest.raises(SeedMismatchError, match="alma.* is not the one that was enrolled"):
        opened(world)


def test_an_enrolment_without_a_digest_is_checked_by_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(SeedVault, "open_unbound", lambda self, key, at: seen.append((key, at)) or "SEED")
    with world.registry.reading() as state:
        credential = state.need(Credential, ALMA).model_copy(update={"credential_digest": None})
        assert checked_seed(state, world.registry.seeds, credential) == "SEED"
    ((key, at),) = seen
    assert (key, abs(datetime.now(UTC) - at) < timedelta(hours=1)) == (ALMA, True), "wall time, not business time"


def test_a_person_who_was_never_enrolled_has_the_earliest_time(world: World) -> None:
    with world.registry.reading() as state:
        assert enrolled_at(state, "nobody") == datetime(1970, 1, 1, tzinfo=UTC)
