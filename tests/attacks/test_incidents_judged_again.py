"""Attack: a changed writer accepts what one of its rules about incidents refuses.

Result: Refused by the writer, and found at the right event
Caught in: `data/registry/rules/incident.py`, and `data/audit/verifier/judges/incidents.py` with `audit verify --deep`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from data.records.deployment import Deployment
from data.records.monitoring import REGISTRY, Incident
from data.records.person import Role
from data.registry.commands.deployment import EscalateIncident, OpenIncident, RatifyDeployment, ResolveIncident
from data.registry.rules.proof import Proven
from tests.judged_rules import (
    EARLIER,
    LATER,
    BypassedRule,
    in_context,
    judged_after,
    only_proven,
    rewritten,
    seeing,
    with_data,
    with_rows,
    without,
    without_rows,
)
from tests.operations import begin, complete_suspension, deploy, deployed, roll_back, suspend
from tests.world import MODEL, Template, World

pytestmark = pytest.mark.closed_registry

OTHER = "models/ops/late"
V1 = f"{MODEL}/versions/1"


def prepare(world: World) -> None:
    """A rollback and a suspension that nobody ratified, a suspension that was ratified, and files that differ."""
    deployed(world)
    deployed(world)
    roll_back(world, V1)
    suspend(world)
    deploy(world, world.approved(world.validated(world.version(OTHER))), "op-o")
    begin(world, "suspend", None, "op-t", model=OTHER)
    ended = complete_suspension(world, "op-t", model=OTHER).row(Deployment)
    world.do(RatifyDeployment(key=ended.key, proof=world.proof("alma")), by="alma")
    for model, title in ((MODEL, "a report differs"), (MODEL, "a manifest differs"), (REGISTRY, "a backup differs")):
        world.do(OpenIncident(model=model, kind="files", title=title), by="olga")
    world.grant("axel", Role.OWNER)
    end = world.now + timedelta(days=300)
    world.grant("dev", Role.OWNER, deputy_of="olga", to_at=end)


def incident(world: World, what: str, model: str = "") -> str:
    """Return the key of the incident with this title or of this kind."""
    found = [one.key for one in world.find(Incident) if what in (one.title, one.kind) and model in ("", one.model)]
    return found[0]


def opening(title: str, version: str | None = None) -> OpenIncident:
    return OpenIncident(model=MODEL, kind="files", title=title, version=version)


def escalating(model: str) -> Callable[[World], EscalateIncident]:
    """Return the function that escalates the incident of the suspension of a model."""
    return lambda world: EscalateIncident(key=incident(world, "suspension", model), reason="nobody ratified it")


def resolving(title: str, person: str = "") -> Callable[[World], ResolveIncident]:
    """Return the function that resolves an incident, with the code of a person if one is given."""

    def command(world: World) -> ResolveIncident:
        proof = world.proof(person) if person else None
        return ResolveIncident(key=incident(world, title), resolution="written again", proof=proof)

    return command


CASES: Mapping[str, BypassedRule] = {
    "an incident that says what another one says": BypassedRule(
        lambda _: opening("a report differs"), "olga", without_rows(OpenIncident, Incident), "says the same",
        is_refused=False,
    ),
    "an incident about a version of another model": BypassedRule(
        lambda _: opening("another", version=f"{OTHER}/versions/1"), "olga",
        rewritten(OpenIncident, with_rows(Incident, version=f"{OTHER}/versions/1"), version=None),
        f"has model '{OTHER}', expected '{MODEL}'",
    ),
    "an incident of a kind that an operation opens": BypassedRule(
        lambda _: opening("a third"), "olga", rewritten(OpenIncident, with_rows(Incident, kind="suspension")),
        "an incident of kind 'suspension' is opened by another event", is_refused=False,
    ),
    "an incident that blocks a version because of a file": BypassedRule(
        lambda _: opening("a fourth"), "olga", rewritten(OpenIncident, with_rows(Incident, blocking=True)),
        "has blocking True, expected False", is_refused=False,
    ),
    "an operation not ratified and its incident resolved": BypassedRule(
        resolving("rollback", "alma"), "alma", seeing(ResolveIncident, Deployment, ratified_by="ada"),
        "the operation of the incident was not ratified",
    ),
    "an incident that escalates although its operation was ratified": BypassedRule(
        escalating(OTHER), "otto", seeing(EscalateIncident, Deployment, ratified_by=None, ratify_by=EARLIER),
        "the operation was ratified",
    ),
    "an incident that escalates before the time for ratification is over": BypassedRule(
        escalating(MODEL), "otto", in_context(EscalateIncident, now=LATER), "the operation may be ratified until ",
    ),
    "an incident that escalates twice": BypassedRule(
        escalating(MODEL), "otto", seeing(EscalateIncident, Incident, state="open"),
        "the incident was escalated before", before=lambda world: world.move(days=5),
    ),
    "an incident of a file resolved by the person who opened it": BypassedRule(
        resolving("a report differs", "olga"), "olga", only_proven("incident.require_other_signer"),
        "olga opened the incident and cannot sign for it",
    ),
    "an incident of a file resolved without the role": BypassedRule(
        resolving("a manifest differs", "outsider"), "outsider", only_proven("incident.require_other_signer"),
        "outsider held neither the role owner nor approver",
    ),
    "an incident resolved twice": BypassedRule(
        resolving("a manifest differs", "alma"), "alma", seeing(ResolveIncident, Incident, state="open"),
        "the incident was resolved before",
    ),
    "an incident of a file resolved by a deputy of the person who opened it": BypassedRule(
        resolving("a profile differs", "dev"), "dev", only_proven("incident.require_other_signer"),
        "dev represents the person who opened the incident",
        before=lambda world: world.do(opening("a profile differs"), by="olga"),
    ),
    "an incident of a file resolved without a code": BypassedRule(
        resolving("a card differs"), "alma",
        without("incident.require_other_signer", lambda *given: Proven(given[-1].actor)),
        "it needs a one-time code", before=lambda world: world.do(opening("a card differs"), by="olga"),
    ),
    "an incident of the registry resolved by an approver": BypassedRule(
        resolving("a backup differs", "alma"), "alma", only_proven("incident.administrator"),
        "alma was not an administrator",
    ),
    "a resolution that names a represented person although the signer has the role": BypassedRule(
        resolving("a dossier differs", "alma"), "alma", rewritten(ResolveIncident, with_data(deputy_of="axel")),
        "the represented person is nobody", is_refused=False,
        before=lambda world: world.do(opening("a dossier differs"), by="olga"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one deep verification says about the event of each case."""
    return judged_after(prepare, CASES, founded, tmp_path_factory.mktemp("incidents"))


@pytest.mark.parametrize("name", CASES)
def test_what_the_writer_refuses_the_verifier_finds(found: dict[str, str], name: str) -> None:
    assert CASES[name].says in found[name]
