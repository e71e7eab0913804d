"""Attack: one row is edited, a change of the roster, a release or a step of a retirement is given, the row is restored.

Each case runs through the rule of the writer, which refuses it while the row is as the log has it, and through the
judge of the verifier, which shares no code with that rule.

Result: Found at the right event, also if the comparison of rows before a write is taken out of the writer
Caught in: `data/audit/verifier/judges/`, against the rows as the log had them; before that `data/registry/row_index.py`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from data.audit.verifier.canonical import parse_all
from data.audit.verifier.governance import Governance
from data.audit.verifier.judges import Judging
from data.audit.verifier.report import Discrepancy, Findings
from data.errors import ModelwardError
from data.records.approval import ApprovalRequest
from data.records.deployment import Slot
from data.records.person import Actor, Role, RoleGrant
from data.records.review import VerdictSet
from data.registry.commands.deployment import EscalateIncident, RatifyDeployment, ResolveIncident
from data.registry.commands.log import AdoptStandard
from data.registry.commands.person import AddPerson, EndRole, GrantRole, RevokePerson
from data.registry.commands.retirement import ApproveRetirement, BeginSunset, WithdrawVersion
from data.registry.enrolment import enrol
from data.registry.row_index import RowIndex
from data.registry.rules.retirement import retirement_digest
from tests import retirement_states
from tests.emergencies import release_opened, released
from tests.operations import Preparations, deployed, held, suspend
from tests.retirement_states import GATES, KEY
from tests.world import MODEL, Template, World, WorldAction

FIRST = f"{MODEL}/versions/1"
INCIDENT = f"{MODEL}/incidents/1"


@dataclass(frozen=True)
class RowEdit:
    """A stored value of a row that is replaced; `key` and `value` may be found in the world."""

    table: str
    key: str | Callable[[World], str]
    column: str
    value: object


@dataclass(frozen=True)
class RestoredRow:
    """The preparation of a world, the edits, the step that they allow, and what the verifier says of its event."""

    begin: str
    edits: tuple[RowEdit, ...]
    step: WorldAction
    says: str


def grant_of(person: str) -> Callable[[World], str]:
    return lambda world: world.find(RoleGrant, person=person)[0].key


def with_people(world: World) -> None:
    """Ann has an account on the host, and zoe left the roster."""
    for person, account in (("ann", "ann"), ("zoe", "")):
        command = AddPerson(person=person, printed_name=person, os_user=account, proof=world.proof("adam"))
        world.do(command, by="adam")
        enrol(world.registry, person, Actor(id="adam"), world.proof("adam"), world.now)
    world.do(RevokePerson(person="zoe", reason="left", proof=world.proof("adam")), by="adam")


def rejected(world: World) -> None:
    world.validated(conclusion="not fit")


def blocked_version(world: World) -> None:
    """The version that otto suspended is blocked by the incident; otto is an approver too."""
    world.grant("otto", Role.APPROVER)
    deployed(world)
    suspend(world)


def with_two_versions(world: World) -> None:
    deployed(world)
    world.validated(world.version(), conclusion="not fit")


def plan_approved(world: World) -> None:
    """The plan of the retirement was approved by alma; the retirement is still planned."""
    deployed(world)
    retirement_states.planned(world)
    retirement_states.requested(world)


def objected(world: World) -> None:
    """After the approval of the plan a consumer objects to it."""
    plan_approved(world)
    retirement_states.answered(world, "gates", "objected")


def replanned(world: World) -> None:
    """After the approval of the plan a consumer moves to something else."""
    plan_approved(world)
    retirement_states.transition_planned(world, "gates", moves_to="the timetable")


def noticed(world: World) -> None:
    """Every consumer got its notice."""
    deployed(world)
    retirement_states.opened(world)
    retirement_states.noticed(world)


def serving(stage: Callable[[World], None]) -> WorldAction:
    return lambda world: (deployed(world), stage(world))


def grant(person: str, role: Role = Role.APPROVER, by: str = "adam", **scope: object) -> WorldAction:
    command = {"person": person, "role": role, **scope}
    return lambda world: world.do(GrantRole.model_validate({**command, "proof": world.proof(by)}), by=by)


def deputise(person: str, principal: str) -> WorldAction:
    return lambda world: grant(person, to_at=world.now + timedelta(days=9), deputy_of=principal)(world)


def add(person: str, by: str = "adam", **fields: str) -> WorldAction:
    return lambda world: world.do(AddPerson(person=person, printed_name=person, proof=world.proof(by), **fields), by=by)


def end_role(person: str, role: Role) -> WorldAction:
    return lambda world: world.do(EndRole(person=person, role=role, reason="r", proof=world.proof("adam")), by="adam")


def remove(person: str) -> WorldAction:
    return lambda world: world.do(RevokePerson(person=person, reason="left", proof=world.proof("adam")), by="adam")


def enrol_again(person: str) -> WorldAction:
    return lambda world: enrol(world.registry, person, Actor(id="adam"), world.proof("adam"), world.now)


def adopt(by: str) -> WorldAction:
    def step(world: World) -> object:
        fields = {"standard": "strict", "version": 1, "title": "Strict", "controls": 1}
        return world.do(
            AdoptStandard(**fields, digest=world.artifacts.put(b"id: strict"), proof=world.proof(by)), by=by
        )

    return step


def release(by: str = "otto", **changes: object) -> WorldAction:
    return lambda world: release_opened(world, FIRST, by, **changes)


def judged_for_emergency(world: World) -> None:
    """The version was judged for an emergency, and a measurement was recorded afterwards."""
    version = world.assessed()
    world.judge(version, "emergency")
    world.measured(version, auc=0.5)


def last_verdicts(world: World) -> str:
    return max(world.find(VerdictSet, version=FIRST), key=lambda row: row.number).key


def present_evidence(world: World) -> str:
    return world.digest(FIRST)


def release_as_judged(world: World) -> object:
    return release_opened(world, FIRST, verdict_set=last_verdicts(world))


PREPARATIONS: dict[str, WorldAction] = {
    "people": with_people,
    "rejected": rejected,
    "blocked": blocked_version,
    "assessed": lambda world: world.assessed(),
    "released": released,
    "measured again": judged_for_emergency,
    "two versions": with_two_versions,
    "asked": plan_approved,
    "objected": objected,
    "replanned": replanned,
    "noticed": noticed,
    **{name: serving(getattr(retirement_states, name)) for name in ("opened", "approved", "quiet")},
}


def ratify(person: str) -> WorldAction:
    key = f"{MODEL}/deployments/1"
    return lambda world: world.do(RatifyDeployment(key=key, proof=world.proof(person)), by=person)


def resolve(person: str) -> WorldAction:
    return lambda world: world.do(ResolveIncident(key=INCIDENT, resolution="r", proof=world.proof(person)), by=person)


def approve(world: World) -> object:
    (request,) = world.find(ApprovalRequest, subject=KEY)
    return world.do(ApproveRetirement(key=KEY, request=request.key))


def approve_late(world: World) -> object:
    world.move(days=60)
    return approve(world)


def request_to_retire(world: World) -> str:
    return world.find(ApprovalRequest, subject=KEY)[0].key


def present_plan(world: World) -> str:
    with world.registry.reading() as state:
        return retirement_digest(state, KEY)


def only_slot(world: World) -> str:
    return world.find(Slot)[0].key


EARLY = "2013-03-01T09:00:00.000000Z"
LATE = "2099-01-01T00:00:00.000000Z"
ZOE_IS_ACTIVE = (RowEdit("person", "people/zoe", "state", "active"),)
VERA_APPROVES = (RowEdit("role_grant", grant_of("vera"), "role", "approver"),)


def holds(person: str, grant_of_person: str) -> tuple[RowEdit, ...]:
    """Give the grant of one person to another person."""
    return (RowEdit("role_grant", grant_of(grant_of_person), "person", person),)


def incident(column: str, value: object) -> tuple[RowEdit, ...]:
    return (RowEdit("incident", INCIDENT, column, value),)


def retirement(column: str, value: object) -> tuple[RowEdit, ...]:
    return (RowEdit("retirement", KEY, column, value),)


CASES: dict[str, RestoredRow] = {
    "roster: an account of somebody else": RestoredRow(
        "people", (RowEdit("person", "people/ann", "os_user", ""),), add("ben", os_user="ann"),
        "the operating-system user ann belongs to ann",
    ),
    "roster: a person added without an administrator": RestoredRow(
        "people", holds("dev", "ada"), add("ben", by="dev"), "dev was not an administrator"
    ),
    "roster: a role granted without an administrator": RestoredRow(
        "people", holds("olga", "ada"), grant("outsider", by="olga"), "olga was not an administrator"
    ),
    "roster: a standard adopted without an administrator": RestoredRow(
        "people", holds("dev", "ada"), adopt("dev"), "dev was not an administrator"
    ),
    "roster: a role for a person who left": RestoredRow("people", ZOE_IS_ACTIVE, grant("zoe"), "zoe was not active"),
    "roster: a credential for a person who left": RestoredRow(
        "people", ZOE_IS_ACTIVE, enrol_again("zoe"), "was not active"
    ),
    "roster: a person removed twice": RestoredRow("people", ZOE_IS_ACTIVE, remove("zoe"), ""),
    "roster: a deputy of a person who left": RestoredRow(
        "people", (*ZOE_IS_ACTIVE, *VERA_APPROVES, *holds("zoe", "vera")), deputise("dev", "zoe"), "zoe was not active"
    ),
    "roster: a deputy of a person without the role": RestoredRow(
        "people", VERA_APPROVES, deputise("dev", "vera"), "vera does not hold the role approver directly"
    ),
    "roster: another role ended": RestoredRow(
        "people", VERA_APPROVES, end_role("vera", Role.APPROVER), "it changes role of role_grant people/vera/roles/1"
    ),
    "emergency: a rejected version": RestoredRow(
        "rejected", (RowEdit("version", FIRST, "review_state", "assessed"),), release(), "is rejected and cannot be"
    ),
    "emergency: a version that an incident blocks": RestoredRow(
        "blocked", incident("blocking", False), release(), f"{INCIDENT} blocked {FIRST}"
    ),
    "emergency: an open incident that looks resolved": RestoredRow(
        "blocked", incident("state", "resolved"), release(), f"{INCIDENT} blocked {FIRST}"
    ),
    "emergency: a second release": RestoredRow(
        "released", (RowEdit("deployment", f"{MODEL}/deployments/1", "request", "none"),), release(),
        "was released in an emergency before",
    ),
    "emergency: a use that the model is not meant for": RestoredRow(
        "assessed", (RowEdit("model", MODEL, "intended_uses", '["trading"]'),), release(use="trading"),
        "'trading' is no use of",
    ),
    "emergency: a release by a person without a role": RestoredRow(
        "assessed", holds("outsider", "otto"), release("outsider"), "outsider held no role"
    ),
    "emergency: on evidence that changed": RestoredRow(
        "measured again",
        (RowEdit("verdict_set", last_verdicts, "evidence_digest", present_evidence),),
        release_as_judged,
        "no correct writer writes this approval.requested",
    ),
    "emergency: ratified by the person who acted": RestoredRow(
        "blocked", incident("opened_by", "dev"), ratify("otto"), "it changes opened_by of incident"
    ),
    "emergency: resolved before it was ratified": RestoredRow(
        "blocked", incident("state", "escalated"), resolve("axel"), "the operation of the incident was not ratified"
    ),
    "emergency: escalated before its time": RestoredRow(
        "blocked", (RowEdit("deployment", f"{MODEL}/deployments/1", "ratify_by", EARLY),),
        lambda world: world.do(EscalateIncident(key=INCIDENT, reason="now")), "the operation may be ratified until",
    ),
    "retirement: a rejected successor": RestoredRow(
        "two versions", (RowEdit("version", f"{MODEL}/versions/2", "review_state", "assessed"),),
        lambda world: retirement_states.opened(world, successor=f"{MODEL}/versions/2"), "cannot be the successor",
    ),
    "retirement: an answer before a notice": RestoredRow(
        "opened", retirement("state", "noticed"), retirement_states.answered, "no answer is possible while it is opened"
    ),
    "retirement: silence accepted without the role": RestoredRow(
        "noticed", holds("dev", "rita"), lambda world: retirement_states.accepted(world, by="dev"),
        "dev did not hold the role risk-acceptor",
    ),
    "retirement: silence accepted without a notice": RestoredRow(
        "opened", (*retirement("state", "noticed"), RowEdit("retirement_party", f"{KEY}/parties/crew", "notices", 1)),
        retirement_states.accepted, "it changes notices of retirement_party",
    ),
    "retirement: a plan that is not complete": RestoredRow(
        "objected", (*retirement("state", "planned"), RowEdit("retirement_party", GATES, "answer", "acknowledged")),
        approve, "the plan is not complete: gates",
    ),
    "retirement: another plan than approved": RestoredRow(
        "replanned", (RowEdit("approval_request", request_to_retire, "evidence_digest", present_plan),), approve,
        "which was not approved",
    ),
    "retirement: an approval that had expired": RestoredRow(
        "asked", (RowEdit("approval_request", request_to_retire, "valid_until", LATE),), approve_late,
        "the approval to retire had expired",
    ),
    "retirement: traffic before the sunset": RestoredRow(
        "approved", (*retirement("state", "sunset"), *retirement("sunset_at", EARLY)),
        lambda world: retirement_states.traffic(world, days=0.001),
        "it changes sunset_at of retirement",
    ),
    "retirement: a withdrawal without a quiet window": RestoredRow(
        "approved", (*retirement("state", "quiet"), RowEdit("slot", only_slot, "version", None)),
        lambda world: world.do(WithdrawVersion(key=KEY)), "was approved and cannot become withdrawn",
    ),
    "retirement: a sunset before its day": RestoredRow(
        "approved", retirement("sunset_at", EARLY), lambda world: world.do(BeginSunset(key=KEY)),
        "it changes sunset_at of retirement",
    ),
    "retirement: a version that still serves": RestoredRow(
        "quiet", (RowEdit("slot", only_slot, "version", None),), lambda world: world.do(WithdrawVersion(key=KEY)),
        "still served in",
    ),
    "retirement: a dossier before the withdrawal": RestoredRow(
        "quiet", retirement("state", "withdrawn"), lambda world: world.do(retirement_states.archive(world)),
        "was quiet and cannot become archived",
    ),
}  # fmt: skip
USUAL = (
    *("roster: an account of somebody else", "roster: a deputy of a person without the role"),
    *("emergency: a second release", "emergency: a version that an incident blocks"),
    *("retirement: a plan that is not complete", "retirement: a version that still serves"),
)
"""The cases of each run of the tests; `make soak` runs all of them."""


@pytest.fixture(scope="module")
def preparations(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Preparations:
    return Preparations(founded, tmp_path_factory.mktemp("preparations"), PREPARATIONS)


@contextmanager
def edited(world: World, edits: tuple[RowEdit, ...]) -> Iterator[None]:
    """Replace the values while the block runs, behind the application's back; nothing compares rows with the log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowIndex, "differing", lambda *_: [])
        places = [(one, one.key if isinstance(one.key, str) else one.key(world)) for one in edits]
        former = [stored(world, one, key) for one, key in places]
        for edit, key in places:
            store(world, edit, key, edit.value(world) if callable(edit.value) else edit.value)
        try:
            yield
        finally:
            for (edit, key), value in zip(places, former, strict=True):
                store(world, edit, key, value)


def stored(world: World, edit: RowEdit, key: str) -> object:
    with world.registry.store.transaction() as connection:
        row = connection.execute(f"SELECT {edit.column} FROM {edit.table} WHERE key = ?", [key]).fetchone()
    assert row is not None, key
    return row[0]


def store(world: World, edit: RowEdit, key: str, value: object) -> None:
    with world.registry.store.transaction() as connection:
        connection.execute(f"UPDATE {edit.table} SET {edit.column} = ? WHERE key = ?", [value, key])


def judged(world: World) -> list[Discrepancy]:
    """Judge the events of the journal as the verifier does."""
    findings = Findings()
    governance, judging = Governance(findings, None), Judging(findings)
    for seq, event in enumerate(parse_all(list(world.registry.journal.bodies()))):
        assert event is not None
        governance.apply(seq, event)
        judging.judge(seq, event, governance.origin, governance.is_replay)
    return findings.all()


@pytest.mark.parametrize("name", [one if one in USUAL else pytest.param(one, marks=pytest.mark.long) for one in CASES])
def test_the_writer_refuses_it_and_the_verifier_finds_what_an_edited_row_allowed(
    preparations: Preparations, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    with held(preparations.template(case.begin), tmp_path / "home", monkeypatch) as world:
        with pytest.raises(ModelwardError):
            case.step(world)
        with edited(world, case.edits):
            case.step(world)
        seq = world.registry.head().size - 1
        found = [one for one in judged(world) if one.seq == seq]
    assert found, f"the verifier accepts event {seq}"
    assert case.says in found[0].what
