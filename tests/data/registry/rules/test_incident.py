"""Incidents: escalated without ratification in time; one that blocks a version is resolved by another person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from data.errors import IllegalMoveError, IndependenceError, ModelwardError, NotAuthorisedError, ProofError
from data.records.monitoring import Incident
from data.registry.commands.deployment import EscalateIncident, RatifyDeployment, ResolveIncident
from tests.operations import deployed, held, prepared, suspend
from tests.world import MODEL, Template, World

KEY = f"{MODEL}/incidents/1"


@pytest.fixture(scope="module")
def before(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The world after otto suspended the version that served."""
    return prepared(
        founded, tmp_path_factory.mktemp("before") / "home", lambda world: (deployed(world), suspend(world))
    )


@pytest.fixture
def world(before: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A copy of that world for one test, its registry held open."""
    with held(before, tmp_path / "home", monkeypatch) as world:
        yield world


def ratify(world: World, person: str = "alma") -> None:
    """Ratify the suspension."""
    world.do(RatifyDeployment(key=f"{MODEL}/deployments/1", proof=world.proof(person)), by=person)


def escalate(world: World) -> None:
    """Escalate the incident after the time for ratification."""
    world.move(days=2)
    world.do(EscalateIncident(key=KEY, reason="nobody ratified it"), by="otto")


def resolve(world: World, person: str = "axel") -> None:
    """Resolve the incident."""
    world.do(ResolveIncident(key=KEY, resolution="fixed upstream", proof=world.proof(person)), by=person)


def test_an_incident_without_ratification_in_time_escalates(world: World) -> None:
    escalate(world)
    assert world.get(Incident, KEY).state == "escalated"
    assert world.events("incident.escalated")[0]["data"] == {"reason": "nobody ratified it"}


def test_an_incident_does_not_escalate_during_the_time_for_ratification(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="may be ratified until"):
        world.do(EscalateIncident(key=KEY, reason="impatience"))


def test_an_incident_does_not_escalate_after_the_ratification(world: World) -> None:
    ratify(world)
    world.move(days=3)
    with pytest.raises(IllegalMoveError, match="was ratified"):
        world.do(EscalateIncident(key=KEY, reason="late"))


def test_an_incident_escalates_once(world: World) -> None:
    escalate(world)
    with pytest.raises(IllegalMoveError, match="is escalated already"):
        escalate(world)


def test_an_incident_is_resolved_after_the_ratification(world: World) -> None:
    with pytest.raises(IllegalMoveError, match="is not ratified yet"):
        resolve(world)
    ratify(world)
    resolve(world)
    row = world.get(Incident, KEY)
    assert (row.state, row.resolved_by, row.resolution, row.resolved_at) == (
        "resolved",
        "axel",
        "fixed upstream",
        world.now,
    )


def test_an_escalated_incident_is_resolved(world: World) -> None:
    escalate(world)
    resolve(world, "olga")
    assert world.get(Incident, KEY).resolved_by == "olga"


def test_an_incident_is_resolved_once(world: World) -> None:
    ratify(world)
    resolve(world)
    with pytest.raises(IllegalMoveError, match="was resolved by axel"):
        resolve(world, "olga")


REFUSED: dict[str, tuple[str, str, type[ModelwardError]]] = {
    "without a code": ("", "needs the one-time code", NotAuthorisedError),
    "with a wrong code": ("axel wrong", "is wrong", ProofError),
    "by a person in another role": ("vera", "neither the role owner nor approver", NotAuthorisedError),
    "by the person who opened it": ("alma", "alma opened incident 1 of ops/delay", IndependenceError),
}


@pytest.mark.parametrize("who, message, error", REFUSED.values(), ids=REFUSED.keys())
def test_an_incident_that_blocks_is_not_resolved(
    who: str, message: str, error: type[ModelwardError], world: World
) -> None:
    escalate(world)
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE incident SET opened_by = 'alma'")
    proof = world.proof(who.split(maxsplit=1)[0]) if who else None
    if proof is not None and "wrong" in who:
        proof = proof.model_copy(update={"code": "000000"})
    with pytest.raises(error, match=message):
        world.do(ResolveIncident(key=KEY, resolution="nothing to see", proof=proof), by="otto")
    assert world.get(Incident, KEY).state == "escalated"


def deputised(world: World, principal: str) -> None:
    """Make outsider the deputy of a person for three days."""
    world.grant("outsider", deputy_of=principal, to_at=world.now + timedelta(days=3))


def escalated_and_resolved(world: World, person: str) -> None:
    escalate(world)
    resolve(world, person)


Sign = Callable[[World, str], object]
SIGNS: dict[str, tuple[Sign, str]] = {
    "ratifying": (ratify, "deployment.ratified"),
    "resolving": (escalated_and_resolved, "incident.resolved"),
}


@pytest.mark.parametrize("sign, event", SIGNS.values(), ids=SIGNS)
def test_a_deputy_of_the_opener_cannot_sign(sign: Sign, event: str, world: World) -> None:
    world.grant("otto")
    deputised(world, "otto")
    with pytest.raises(IndependenceError, match="outsider represents otto, who opened"):
        sign(world, "outsider")
    assert world.events(event) == []


@pytest.mark.parametrize("sign, event", SIGNS.values(), ids=SIGNS)
def test_a_deputy_of_another_person_signs_and_the_event_names_them(sign: Sign, event: str, world: World) -> None:
    world.grant("otto")
    for principal in ("otto", "axel"):
        deputised(world, principal)
    sign(world, "outsider")
    assert world.events(event)[0]["data"] == {"deputy_of": "axel"}


def test_a_deputy_with_their_own_role_represents_nobody(world: World) -> None:
    deputised(world, "axel")
    world.grant("outsider")
    ratify(world, "outsider")
    assert world.events("deployment.ratified")[0]["data"] == {}


@pytest.mark.parametrize("proven", [False, True], ids=["unproven", "proven"])
@pytest.mark.usefixtures("rows_unchecked")
def test_an_incident_that_blocks_nothing_is_resolved_by_anybody_with_or_without_proof(
    proven: bool, world: World
) -> None:
    escalate(world)
    with world.registry.store.transaction() as connection:
        connection.execute("UPDATE incident SET blocking = false")
    proof = world.proof("otto") if proven else None
    world.do(ResolveIncident(key=KEY, resolution="false alarm", proof=proof), by="otto")
    event = world.events("incident.resolved")[0]
    assert event["actor"] == {"id": "otto", "auth": "totp" if proven else "os-user"}
