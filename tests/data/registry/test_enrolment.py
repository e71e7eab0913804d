"""Enrolment: the seed is stored, recorded, shown; a crash or refusal in between leaks nothing and can be repeated."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

import pyotp
import pytest

from data.errors import InvalidNameError, NotFoundError, ProofError
from data.records.person import Actor, Credential
from data.registry.command import Proof
from data.registry.commands.person import AddPerson
from data.registry.enrolment import enrol
from data.registry.registry import Registry
from tests.world import World

ADAM = Actor(id="adam")


@pytest.fixture
def nina(world: World) -> World:
    """The world with a new person, nina, on its roster."""
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")))
    return world


def test_the_uri_contains_the_seed_of_the_credential(nina: World) -> None:
    uri = urlparse(enrol(nina.registry, "nina", ADAM, nina.proof("adam"), nina.now))
    (secret,) = parse_qs(uri.query)["secret"]
    assert (uri.scheme, uri.path) == ("otpauth", "/modelward:nina")
    assert pyotp.TOTP(secret).at(nina.now) == nina.phone("nina").at(nina.now)


def test_a_refused_enrolment_leaves_a_seed_that_proves_nothing(nina: World) -> None:
    with pytest.raises(ProofError):
        enrol(nina.registry, "nina", ADAM, Proof(person="adam", code="000000"), nina.now)
    assert nina.find(Credential, person="nina") == []
    enrol(nina.registry, "nina", ADAM, nina.proof("adam"), nina.now)
    (credential,) = nina.find(Credential, person="nina")
    assert credential.key == "people/nina/credentials/2", "the number of the refused one is not reused"


def test_a_crash_between_sealing_and_recording_is_repaired_by_enrolling_again(
    nina: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(Registry, "execute", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            enrol(nina.registry, "nina", ADAM, None, nina.now)
    enrol(nina.registry, "nina", ADAM, nina.proof("adam"), nina.now)
    assert [one.state for one in nina.find(Credential, person="nina")] == ["active"]


def test_a_key_folder_restored_from_an_old_copy_reuses_no_number(nina: World) -> None:
    enrol(nina.registry, "nina", ADAM, nina.proof("adam"), nina.now)
    sealed = nina.home.keys / "seeds.json"
    proof = nina.proof("adam")
    sealed.write_text(sealed.read_text().replace("people/nina/credentials/1", "people/lost/credentials/1"))
    enrol(nina.registry, "nina", ADAM, proof, nina.now)
    assert [one.key[-1] for one in nina.find(Credential, person="nina")] == ["1", "2"]


@pytest.mark.parametrize("person,error", [("mallory", NotFoundError), ("../x", InvalidNameError)])
def test_no_seed_is_stored_for_a_person_who_is_not_on_the_roster(
    person: str, error: type[Exception], nina: World
) -> None:
    before = (nina.home.keys / "seeds.json").read_bytes()
    with pytest.raises(error):
        enrol(nina.registry, person, ADAM, None, nina.now)
    assert (nina.home.keys / "seeds.json").read_bytes() == before


def test_no_event_contains_a_seed(nina: World) -> None:
    enrol(nina.registry, "nina", ADAM, nina.proof("adam"), nina.now)
    assert nina.phone("nina").secret not in nina.home.journal.read_text()
