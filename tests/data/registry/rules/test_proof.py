"""Proofs and roles: codes are counted, accepted once and locked after five wrong ones; roles are held in a scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import LockedOutError, NotAuthorisedError, ProofError, SigningKeyError
from data.records.person import Actor, Credential, Role
from data.registry.command import Context, Proof
from data.registry.commands.person import AddPerson, CountAttempt, EndRole, RevokePerson
from data.registry.rules.proof import Proven, administrators, grants_held, holds_role, is_founding, prove
from tests.world import Template, World


@pytest.fixture
def world(founded: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world with its registry held open."""
    world = founded.copy(tmp_path / "home", monkeypatch)
    with world.registry.store.session():
        yield world


def context(world: World) -> Context:
    return Context(Actor(id="dev"), world.now, "", world.registry.seeds)


def proven(world: World, person: str, code: str, waited: float = 0) -> Proven:
    with world.registry.reading() as state:
        return prove(state, Proof(person=person, code=code, waited_seconds=waited), context(world))


def credential(world: World, person: str = "alma") -> Credential:
    (found,) = world.find(Credential, person=person, state="active")
    return found


def attempt(world: World, person: str = "alma") -> Credential:
    world.do(CountAttempt(person=person, attempted="decide"))
    return credential(world, person)


def held(world: World, person: str, role: Role = Role.APPROVER, **scope: object) -> bool:
    with world.registry.reading() as state:
        return holds_role(state, person, role, context(world), **scope) is not None  # type: ignore[arg-type]


STEPS = {
    "the present code": (0, True),
    "the code of the step before": (-1, True),
    "the code two steps old": (-2, False),
    "the code of the next step": (1, False),
}


@pytest.mark.parametrize("steps,good", STEPS.values(), ids=STEPS)
def test_a_code_is_accepted_in_its_step_and_the_next(steps: int, good: bool, world: World) -> None:
    code = world.phone("alma").at(world.now + timedelta(seconds=30 * steps))
    if good:
        assert proven(world, "alma", code).actor == Actor(id="alma", auth="totp")
    else:
        with pytest.raises(ProofError, match="is wrong"):
            proven(world, "alma", code)


WAITED = {
    "a code submitted now, of the step before": (0, -1, True),
    "a code submitted now, of two steps before": (0, -2, False),
    "a code submitted three steps ago, of that step": (90, -3, True),
    "a code submitted three steps ago, of the step before": (90, -4, True),
    "a code submitted three steps ago, of two steps before": (90, -5, False),
    "a code submitted three steps ago of the present step": (90, 0, True),
    "a code submitted three steps ago, of the next step": (90, 1, False),
    "a code submitted at the limit": (120, -5, True),
    "a code submitted before the limit, of that step": (180, -6, False),
    "a code submitted before the limit, of the step at the limit": (180, -5, True),
}


@pytest.mark.parametrize("waited,steps,good", WAITED.values(), ids=WAITED)
def test_a_code_is_checked_at_the_time_of_its_submission(waited: float, steps: int, good: bool, world: World) -> None:
    code = world.phone("alma").at(world.now + timedelta(seconds=30 * steps))
    if good:
        (row,) = proven(world, "alma", code, waited).rows
        assert isinstance(row, Credential)
        assert row.last_step == int(world.now.timestamp()) // 30 + steps
    else:
        with pytest.raises(ProofError, match="is wrong"):
            proven(world, "alma", code, waited)


def test_a_code_read_too_late_is_refused_with_both_times(world: World) -> None:
    """The message does not tell whether the code was right."""
    with pytest.raises(ProofError) as wrong:
        proven(world, "alma", "000000", 120)
    assert wrong.value.what == "the one-time code of alma is wrong"
    for code in ("000000", world.phone("alma").at(world.now - timedelta(minutes=14))):
        with pytest.raises(ProofError) as late:
            proven(world, "alma", code, 14 * 60)
        assert late.value.what.endswith(
            "is wrong, or came too late: it was read 14 minutes after it was entered; at most 2 are allowed"
        )


def test_a_late_code_is_accepted_once(world: World) -> None:
    world.move(minutes=5)
    say = Proof(person="adam", code=world.phone("adam").at(world.now - timedelta(seconds=90)), waited_seconds=90)
    world.do(RevokePerson(person="dev", reason="left", proof=say))
    with pytest.raises(ProofError, match="used already"):
        world.do(RevokePerson(person="otto", reason="left", proof=say))


def test_a_code_may_be_typed_with_spaces(world: World) -> None:
    code = world.code("alma")
    assert proven(world, "alma", f"{code[:3]} {code[3:]}").credential == "people/alma/credentials/1"


def test_a_code_is_checked_at_the_business_time(world: World) -> None:
    with pytest.raises(ProofError):
        proven(world, "alma", world.phone("alma").at(datetime.now(UTC)))


def test_an_accepted_proof_stores_its_step_and_clears_the_attempts(world: World) -> None:
    assert len(attempt(world).failed_at) == 1
    (row,) = proven(world, "alma", world.code("alma")).rows
    assert isinstance(row, Credential)
    assert (row.last_step, row.failed_at) == (int(world.now.timestamp()) // 30, ())


WHO = {
    "an unknown person": ("mallory", "mallory is not on the roster"),
    "a person who was never enrolled": ("nina", "has no active one-time-code credential"),
}


@pytest.mark.parametrize("person,words", WHO.values(), ids=WHO)
def test_a_proof_without_a_credential_is_refused(person: str, words: str, world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")))
    with pytest.raises(NotAuthorisedError, match=words):
        proven(world, person, "123456")
    world.do(CountAttempt(person=person, attempted="decide"))
    assert world.events()[-1]["rows"] == []


def test_a_lost_seed_is_an_error(world: World) -> None:
    (world.home.keys / "seeds.json").write_text("{}")
    with pytest.raises(SigningKeyError, match="no seed of people/alma"):
        proven(world, "alma", "123456")


def test_the_sixth_attempt_locks_the_credential(world: World) -> None:
    for _ in range(5):
        assert attempt(world).locked_until is None
    locked = attempt(world)
    assert locked.locked_until == world.now + timedelta(minutes=15)
    with pytest.raises(LockedOutError, match="locked out after 5 wrong codes until 2013-03-01"):
        proven(world, "alma", world.code("alma"))


def test_an_attempt_during_a_lock_out_is_recorded_and_does_not_prolong_it(world: World) -> None:
    for _ in range(6):
        locked = attempt(world)
    world.move(minutes=10)
    assert attempt(world) == locked
    assert world.events()[-1]["data"] == {"attempted": "decide", "locked": True}
    world.move(minutes=6)
    assert attempt(world).locked_until is None


def test_attempts_older_than_fifteen_minutes_do_not_count(world: World) -> None:
    for _ in range(5):
        attempt(world)
    world.move(minutes=15)
    assert attempt(world).failed_at == (world.now,)


def test_the_attempt_is_counted_when_the_command_is_refused(world: World) -> None:
    with pytest.raises(ProofError):
        world.do(RevokePerson(person="dev", reason="x", proof=Proof(person="adam", code="000000")))
    assert len(credential(world, "adam").failed_at) == 1


def test_a_role_holds_for_its_team_tier_and_environment(world: World) -> None:
    world.grant("outsider", team="ops", tiers=(2, 3), environment="staging")
    assert held(world, "outsider", team="ops", tier=3, environment="staging")
    assert held(world, "outsider")
    for scope in ({"team": "sales"}, {"tier": 1}, {"environment": "production"}):
        assert not held(world, "outsider", **scope), scope


def test_a_role_holds_from_its_time_up_to_its_end(world: World) -> None:
    begin, end = world.now + timedelta(days=1), world.now + timedelta(days=2)
    world.grant("outsider", from_at=begin, to_at=end)
    seen = []
    for moment in (begin - timedelta(microseconds=1), begin, end - timedelta(microseconds=1), end):
        world.now = moment
        seen.append(held(world, "outsider"))
    assert seen == [False, True, True, False]


def test_a_deputy_holds_the_role_while_the_represented_person_does(world: World) -> None:
    world.grant("outsider", deputy_of="alma", to_at=world.now + timedelta(days=9))
    assert held(world, "outsider")
    world.do(EndRole(person="alma", role=Role.APPROVER, reason="x", proof=world.proof("adam")))
    assert not held(world, "outsider")


def test_a_grant_in_ones_own_right_comes_before_one_as_deputy(world: World) -> None:
    world.grant("outsider", deputy_of="alma", to_at=world.now + timedelta(days=9))
    world.grant("outsider")
    with world.registry.reading() as state:
        first = holds_role(state, "outsider", Role.APPROVER, context(world))
        assert first is not None
        assert first.deputy_of is None
        assert len(grants_held(state, "outsider", Role.APPROVER, context(world))) == 2


def test_administrators_are_enrolled_and_on_the_roster(world: World) -> None:
    with world.registry.reading() as state:
        assert administrators(state, context(world)) == ["ada", "adam"]
        assert not is_founding(state)
    world.do(RevokePerson(person="ada", reason="left", proof=world.proof("adam")))
    with world.registry.reading() as state:
        assert administrators(state, context(world)) == ["adam"]
        assert not is_founding(state), "it never comes back"
