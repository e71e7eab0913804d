"""Every history that the writer can write is judged without a finding, and every type of event is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.audit.verifier import Report, verify
from data.audit.verifier.canonical import parse_all
from data.audit.verifier.governance import Governance
from data.audit.verifier.judges import JUDGES, KNOWN_RULES, SHAPE_ONLY, SHAPES, Judging
from data.audit.verifier.judges.moment import EARLIEST, JudgementTime
from data.audit.verifier.judges.rows import INDEXED, NUMBERED, FoldedRows
from data.audit.verifier.report import Findings
from data.files.home import Home
from data.records.events import DECISIONS, EventType
from data.records.person import Actor, Role
from data.records.run_context import RunContext
from data.records.tables import TABLES
from data.registry.command import Proof
from data.registry.commands.person import AddPerson, GrantRole
from data.registry.enrolment import enrol
from data.registry.registry import Registry
from data.registry.rules.number import RULES_NUMBER
from tests.emergencies import released, request_of
from tests.model_histories import add_full_history, add_other_models
from tests.operations import deployed, suspend
from tests.tampering.tampered_log import EventBody
from tests.world import World

GOLDEN = Path(__file__).parents[1]


def judged(bodies: list[bytes]) -> tuple[Findings, Judging]:
    """Judge the events of a journal."""
    findings = Findings()
    governance, judging = Governance(findings, None), Judging(findings)
    for seq, event in enumerate(parse_all(bodies)):
        assert event is not None
        governance.apply(seq, event)
        judging.judge(seq, event, governance.origin, governance.is_replay)
    return findings, judging


def released_and_ratified(world: World) -> None:
    request = request_of(world, released(world))
    for person in ("alma", "axel"):
        world.decide(request, person)


HISTORIES: dict[str, Callable[[World], object]] = {
    "a life from training to archive": add_full_history,
    "models at other stages": add_other_models,
    "an emergency release that is ratified": released_and_ratified,
    "a suspension": lambda world: (deployed(world), suspend(world)),
}


@pytest.mark.parametrize("tell", HISTORIES.values(), ids=HISTORIES)
def test_what_the_writer_writes_is_judged_without_a_finding(world: World, tell: Callable[[World], object]) -> None:
    with world.registry.session():
        tell(world)
    findings, judging = judged(list(world.registry.journal.bodies()))
    assert findings.all() == []
    assert judging.judged > 50


def test_a_registry_of_the_present_is_judged_without_a_finding(home: Path) -> None:
    registry = Registry(Home(home))
    registry.create(origin="tests.example")
    context = RunContext(Actor(id="adam"))
    with registry.session():
        for person in ("adam", "ada"):
            registry.execute(AddPerson(person=person, printed_name=person.title()), context)
            uri = enrol(registry, person, Actor(id="adam"))
        assert "secret=" in uri
        wrong = GrantRole(person="adam", role=Role.OWNER, proof=Proof(person="ada", code="000000"))
        with pytest.raises(Exception, match="wrong"):
            registry.execute(wrong, context)
        granted = wrong.model_copy(update={"proof": Proof(person="ada", code=code_of(registry, "ada"))})
        registry.execute(granted, context)
    findings, judging = judged(list(registry.journal.bodies()))
    assert (findings.all(), judging.judged) == ([], 7)


def code_of(registry: Registry, person: str) -> str:
    import pyotp  # a code of the present

    return pyotp.TOTP(registry.seeds.open(f"people/{person}/credentials/1")).at(datetime.now(UTC))


def test_every_type_of_event_has_a_judge_or_a_reason_why_its_shape_is_enough() -> None:
    types = {kind.value for kind in EventType}
    assert types <= JUDGES.keys() | SHAPE_ONLY.keys(), "write a judge: DEVELOPERS.md, How to add a stage"
    assert not JUDGES.keys() & SHAPE_ONLY.keys()
    assert JUDGES.keys() | SHAPE_ONLY.keys() == SHAPES.keys()


def test_every_decision_has_a_judge() -> None:
    decisions = {kind.value for kind in DECISIONS if not kind.value.startswith("log.")}
    assert decisions <= JUDGES.keys(), "write a judge: DEVELOPERS.md, How to add a stage"


def test_the_present_rules_are_known() -> None:
    assert RULES_NUMBER in KNOWN_RULES, "change the judges with the rules, and keep judging old events by old rules"


def test_the_tables_and_columns_of_the_judges_are_those_of_the_registry() -> None:
    columns = {kind.table: set(kind.stored_columns()) for kind in TABLES}
    for table, found_by in INDEXED.items():
        assert set(found_by) <= columns[table]
    assert columns.keys() >= NUMBERED
    for shape in SHAPES.values():
        for table, words in shape.items():
            assert set(words.split()) - {"new", "*"} <= columns[table], f"{table}: {words}"


@pytest.mark.parametrize("folder", ["golden", "golden-2"])
def test_a_log_without_people_is_not_judged(folder: str) -> None:
    bodies = (GOLDEN / folder / "events.jsonl").read_bytes().split(b"\n")[:-1]
    assert "person" not in json.loads(bodies[0])["data"].get("tables", {})


CHANGES: dict[str, tuple[EventBody, str]] = {
    "unknown rules": ({"rules": 99}, "it names the rules 99"),
    "an unknown type": ({"type": "person.promoted"}, "is not in the vocabulary"),
    "an image that is no object": ({"rows": [1]}, "TypeError"),
    "data of another type": ({"data": {"founder": []}}, "it states founder []"),
    "an actor with a code that it did not use": ({"actor": {"id": "adam", "auth": "totp"}}, "adam"),
}


@pytest.mark.parametrize("changes,says", CHANGES.values(), ids=CHANGES)
def test_an_event_that_cannot_be_judged_is_a_finding(world: World, changes: EventBody, says: str) -> None:
    bodies = list(world.registry.journal.bodies())[:2]
    changed = json.dumps(json.loads(bodies[1]) | changes, sort_keys=True, separators=(",", ":")).encode()
    findings, _ = judged([bodies[0], changed])
    assert findings.first() == 1
    assert says in findings.all()[0].what


def test_a_deep_verification_reports_how_many_events_were_judged(world: World) -> None:
    from tests.open_registry import close_all

    close_all()
    deep, plain = checked(world, deep=True), checked(world, deep=False)
    assert (deep.ok, plain.ok, plain.judged) == (True, True, 0)
    assert deep.judged > 30


def checked(world: World, deep: bool) -> Report:
    home = world.registry.home
    return verify(home.database, home.journal, world.registry.anchor_files, None, deep)


T = "2026-01-05T08:00:00.000000Z"


def test_the_time_of_a_judgement_is_that_of_its_event_in_a_replay_log() -> None:
    moment = JudgementTime({"effective_at": T, "recorded_at": T}, "", is_replay=True)
    assert (moment.low, moment.high) == (T, T)
    assert (moment.before(T), moment.reached(T), moment.pin(T), moment.pin(EARLIEST)) == (False, True, True, False)


def test_the_time_of_a_judgement_is_shortly_before_its_event() -> None:
    moment = JudgementTime({"effective_at": T, "recorded_at": T}, "", is_replay=False)
    assert (moment.low, moment.high) == ("2026-01-05T07:45:00.000000Z", T)
    assert moment.pin("2026-01-05T07:59:59.000000Z")
    assert not moment.reached(T)


def test_an_event_under_a_clock_that_was_behind_has_an_unknown_time() -> None:
    assert JudgementTime({"effective_at": T, "recorded_at": T}, T, is_replay=False).low == EARLIEST


def test_a_long_row_is_kept_compressed_and_read_as_it_was() -> None:
    rows = FoldedRows()
    values = {"person": "ana", "name": "a\u2028" * 1_000, "state": "active"}
    rows.fold({"table": "person", "key": "people/ana", "rev": 3, "values": values})
    assert rows.get("person", "people/ana") == {"key": "people/ana", "rev": 3, **values}
    assert rows.get("person", None) is None
