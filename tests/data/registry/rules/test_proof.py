"""Proof of person: counted before it is checked, accepted once, locked after five misses in a quarter of an hour."""

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
    """The founded world, its file held open."""
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
    "the code of now": (0, True),
    "the code of the step before": (-1, True),
    "the code two steps old": (-2, False),
    "the code of the step to come": (1, False),
}


@pytest.mark.parametrize("steps,good", STEPS.values(), ids=STEPS)
def test_which_codes_hold(steps: int, good: bool, world: World) -> None:
    code = world.phone("alma").at(world.now + timedelta(seconds=30 * steps))
    if good:
        assert proven(world, "alma", code).actor == Actor(id="alma", auth="totp")
    else:
        with pytest.raises(ProofError, match="is wrong"):
            proven(world, "alma", code)


WAITED = {
    "what was handed in now, and shown a step before": (0, -1, True),
    "what was handed in now, and shown two steps before": (0, -2, False),
    "what was handed in three steps ago, and shown then": (90, -3, True),
    "what was handed in three steps ago, and shown a step before": (90, -4, True),
    "what was handed in three steps ago, and shown two steps before": (90, -5, False),
    "what was handed in three steps ago by a clock that is late, and is shown now": (90, 0, True),
    "what was handed in three steps ago, and is not shown yet": (90, 1, False),
    "what was handed in as long ago as can be": (120, -5, True),
    "what was handed in longer ago, and shown then": (180, -6, False),
    "what was handed in longer ago, and shown as long ago as can be": (180, -5, True),
}


@pytest.mark.parametrize("waited,steps,good", WAITED.values(), ids=WAITED)
def test_a_code_counts_by_when_it_was_handed_in(waited: float, steps: int, good: bool, world: World) -> None:
    code = world.phone("alma").at(world.now + timedelta(seconds=30 * steps))
    if good:
        (row,) = proven(world, "alma", code, waited).rows
        assert isinstance(row, Credential)
        assert row.last_step == int(world.now.timestamp()) // 30 + steps
    else:
        with pytest.raises(ProofError, match="is wrong"):
            proven(world, "alma", code, waited)


def test_a_code_that_was_read_long_after_is_said_to_be_late(world: World) -> None:
    """Whether it had been right then is not said."""
    with pytest.raises(ProofError) as wrong:
        proven(world, "alma", "000000", 120)
    assert wrong.value.what == "the one-time code of alma is wrong"
    for code in ("000000", world.phone("alma").at(world.now - timedelta(minutes=14))):
        with pytest.raises(ProofError) as late:
            proven(world, "alma", code, 14 * 60)
        assert late.value.what.endswith(
            "is wrong, or came too late: it was read 14 minutes after it was entered; at most 2 are allowed"
        )


def test_a_late_code_counts_once_as_any_other(world: World) -> None:
    world.move(minutes=5)
    say = Proof(person="adam", code=world.phone("adam").at(world.now - timedelta(seconds=90)), waited_seconds=90)
    world.do(RevokePerson(person="dev", reason="left", proof=say))
    with pytest.raises(ProofError, match="used already"):
        world.do(RevokePerson(person="otto", reason="left", proof=say))


def test_a_code_may_be_typed_with_spaces(world: World) -> None:
    code = world.code("alma")
    assert proven(world, "alma", f"{code[:3]} {code[3:]}").credential == "people/alma/credentials/1"


def test_the_clock_is_the_one_passed_in(world: World) -> None:
    with pytest.raises(ProofError):
        proven(world, "alma", world.phone("alma").at(datetime.now(UTC)))


def test_a_proof_remembers_the_step_and_forgets_the_misses(world: World) -> None:
    assert len(attempt(world).failed_at) == 1
    (row,) = proven(world, "alma", world.code("alma")).rows
    assert isinstance(row, Credential)
    assert (row.last_step, row.failed_at) == (int(world.now.timestamp()) // 30, ())


WHO = {
    "nobody of that name": ("mallory", "has no active one-time-code credential"),
    "somebody never enrolled": ("nina", "has no active one-time-code credential"),
}


@pytest.mark.parametrize("person,words", WHO.values(), ids=WHO)
def test_who_cannot_prove_anything(person: str, words: str, world: World) -> None:
    world.do(AddPerson(person="nina", printed_name="Nina", proof=world.proof("adam")))
    with pytest.raises(NotAuthorisedError, match=words):
        proven(world, person, "123456")
    world.do(CountAttempt(person=person, attempted="decide"))
    assert world.events()[-1]["rows"] == []


def test_a_lost_seed_is_an_error_not_a_pass(world: World) -> None:
    (world.home.keys / "seeds.json").write_text("{}")
    with pytest.raises(SigningKeyError, match="no seed of people/alma"):
        proven(world, "alma", "123456")


def test_five_attempts_are_free_and_the_sixth_locks(world: World) -> None:
    for _ in range(5):
        assert attempt(world).locked_until is None
    locked = attempt(world)
    assert locked.locked_until == world.now + timedelta(minutes=15)
    with pytest.raises(LockedOutError, match="locked out after 5 wrong codes until 2013-03-01"):
        proven(world, "alma", world.code("alma"))


def test_attempts_while_locked_are_on_record_and_do_not_prolong_the_lock(world: World) -> None:
    for _ in range(6):
        locked = attempt(world)
    world.move(minutes=10)
    assert attempt(world) == locked
    assert world.events()[-1]["data"] == {"attempted": "decide", "locked": True}
    world.move(minutes=6)
    assert attempt(world).locked_until is None


def test_misses_older_than_a_quarter_of_an_hour_are_forgotten(world: World) -> None:
    for _ in range(5):
        attempt(world)
    world.move(minutes=15)
    assert attempt(world).failed_at == (world.now,)


def test_the_count_is_kept_when_the_command_is_refused(world: World) -> None:
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


def test_a_deputy_holds_what_their_principal_holds(world: World) -> None:
    world.grant("outsider", deputy_of="alma", to_at=world.now + timedelta(days=9))
    assert held(world, "outsider")
    world.do(EndRole(person="alma", role=Role.APPROVER, reason="x", proof=world.proof("adam")))
    assert not held(world, "outsider")


def test_a_grant_of_ones_own_comes_before_a_deputys(world: World) -> None:
    world.grant("outsider", deputy_of="alma", to_at=world.now + timedelta(days=9))
    world.grant("outsider")
    with world.registry.reading() as state:
        first = holds_role(state, "outsider", Role.APPROVER, context(world))
        assert first is not None
        assert first.deputy_of is None
        assert len(grants_held(state, "outsider", Role.APPROVER, context(world))) == 2


def test_an_administrator_is_enrolled_and_on_the_roster(world: World) -> None:
    with world.registry.reading() as state:
        assert administrators(state, context(world)) == ["ada", "adam"]
        assert not is_founding(state)
    world.do(RevokePerson(person="ada", reason="left", proof=world.proof("adam")))
    with world.registry.reading() as state:
        assert administrators(state, context(world)) == ["adam"]
        assert not is_founding(state), "it never comes back"
