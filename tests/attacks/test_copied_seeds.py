"""Attack: one sealed one-time-code seed is copied over another in `keys/seeds.json`, to sign as another person.

Result: Refused, and the refusal is an event: a seal names its credential, and the enrolment event has the digest of
the seed. A seal of an earlier version counts only if it was made in the two minutes before the enrolment of that
credential and no other credential has the same seed.
Caught in: `data/registry/seed_check.py`
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyotp
import pytest
from cryptography.fernet import Fernet

from data.errors import ModelwardError, SeedMismatchError
from data.files.home import Home
from data.records.person import Actor, Role
from data.registry.command import Proof
from data.registry.commands.person import GrantRole
from data.registry.enrolment import enrol
from data.registry.registry import Registry
from tests.replay import Replay
from tests.world import Template, World

OTTO, ADAM = "people/otto/credentials/1", "people/adam/credentials/1"
FORMER = Path(__file__).parents[1] / "data/registry/homes/before-migrations.tar.xz"


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world; otto is an operator, adam an administrator."""
    return founded.copy(tmp_path / "home", monkeypatch)


@pytest.fixture
def former(tmp_path: Path) -> Replay:
    """A home whose seeds were sealed without their owners, as versions before this check did."""
    with tarfile.open(FORMER) as archive:
        archive.extractall(tmp_path / "former", filter="data")
    home = Home(tmp_path / "former")
    home.keys.chmod(0o700)
    return Replay(home.root, datetime.fromisoformat(json.loads(Registry(home).journal.last() or b"")["effective_at"]))


def seeds_of(replay: Replay) -> dict[str, str]:
    return dict(json.loads((replay.home.keys / "seeds.json").read_text()))


def cipher_of(replay: Replay) -> Fernet:
    return Fernet((replay.home.keys / "seeds.key").read_bytes())


def change(replay: Replay, **lines: str) -> None:
    """Replace lines of the file; `adam` means the key of adam's credential."""
    keys = {f"people/{person}/credentials/1": line for person, line in lines.items()}
    (replay.home.keys / "seeds.json").write_text(json.dumps({**seeds_of(replay), **keys}))


def sign_as_adam(replay: Replay, phone: pyotp.TOTP) -> None:
    """Grant otto the role approver by a code of this phone, entered as adam's."""
    replay.move(seconds=30)
    proof = Proof(person="adam", code=phone.at(replay.now))
    replay.do(GrantRole(person="otto", role=Role.APPROVER, proof=proof), by="otto")


def copied(world: World, phone: pyotp.TOTP) -> None:
    change(world, adam=seeds_of(world)[OTTO])


def sealed_again_without_an_owner(world: World, phone: pyotp.TOTP) -> None:
    change(world, adam=cipher_of(world).encrypt(phone.secret.encode()).decode())


def sealed_again_for_the_other_person(world: World, phone: pyotp.TOTP) -> None:
    envelope = json.dumps({"credential": ADAM, "seed": phone.secret})
    change(world, adam=cipher_of(world).encrypt(envelope.encode()).decode())


ATTACKS = {
    "otto's line is copied over adam's": copied,
    "otto's seed is sealed again without an owner": sealed_again_without_an_owner,
    "otto's seed is sealed again for adam": sealed_again_for_the_other_person,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_seed_of_another_person_proves_nothing(attack: Callable[[World, pyotp.TOTP], None], world: World) -> None:
    phone = world.phone("otto")
    attack(world, phone)
    with pytest.raises(SeedMismatchError):
        sign_as_adam(world, phone)
    refusal = world.events()[-1]
    assert (refusal["type"], refusal["data"]["code"]) == ("command.refused", "seed mismatch")


def test_the_owner_of_a_replaced_seed_is_refused_with_a_remedy(world: World) -> None:
    phone = world.phone("adam")
    copied(world, phone)
    with pytest.raises(SeedMismatchError, match=r"people/adam/credentials/1[\s\S]*enrol the person again"):
        sign_as_adam(world, phone)


def test_a_person_who_is_enrolled_again_after_the_attack_can_sign(world: World) -> None:
    copied(world, world.phone("otto"))
    enrol(world.registry, "adam", Actor(id="ada"), world.proof("ada"), world.now)
    sign_as_adam(world, world.phone("adam"))
    with pytest.raises(ModelwardError, match="is wrong"):
        sign_as_adam(world, world.phone("otto"))


def test_seeds_of_a_former_version_still_prove_their_owners(former: Replay) -> None:
    sign_as_adam(former, former.phone("adam"))


def test_a_copied_seed_of_a_former_version_proves_nothing(former: Replay) -> None:
    phone = former.phone("otto")
    change(former, adam=seeds_of(former)[OTTO])
    with pytest.raises(SeedMismatchError):
        sign_as_adam(former, phone)


def test_a_former_seed_from_another_day_proves_nothing(former: Replay) -> None:
    """The attacker enrols a year later, and their line replaces adam's."""
    phone = pyotp.TOTP(pyotp.random_base32())
    cipher = cipher_of(former)
    sealed_at = cipher.extract_timestamp(seeds_of(former)[ADAM].encode())
    change(former, adam=cipher.encrypt_at_time(phone.secret.encode(), sealed_at + 365 * 86_400).decode())
    with pytest.raises(SeedMismatchError):
        sign_as_adam(former, phone)


def test_former_seeds_are_bound_to_their_owners_at_the_next_enrolment(former: Replay) -> None:
    before = seeds_of(former)
    enrol(former.registry, "outsider", Actor(id="adam"), former.proof("adam"), former.now)
    bound = {key: json.loads(cipher_of(former).decrypt(line.encode())) for key, line in seeds_of(former).items()
             if key != "people/outsider/credentials/1"}  # fmt: skip
    assert {key: one["credential"] for key, one in bound.items()} == {key: key for key in bound}
    assert len(bound) == len(before)
    sign_as_adam(former, former.phone("adam"))


def test_a_copied_former_seed_is_not_bound_to_the_other_person(former: Replay) -> None:
    phone = former.phone("otto")
    change(former, alma=seeds_of(former)[OTTO])
    enrol(former.registry, "outsider", Actor(id="adam"), former.proof("adam"), former.now)
    assert former.registry.seeds.unbound() >= {"people/alma/credentials/1"}
    former.grant("alma", Role.ADMINISTRATOR)
    former.move(seconds=30)
    proof = Proof(person="alma", code=phone.at(former.now))
    with pytest.raises(SeedMismatchError):
        former.do(GrantRole(person="otto", role=Role.APPROVER, proof=proof), by="otto")
