"""Impact: each affected consumer is found once, directly or through other models."""

from __future__ import annotations

from gates.impact import impact, model_fed
from tests.gates.rows import MODEL, NOW, consumer, days

CREW, GATE = "models/ops/crew", "models/ops/gate"


def test_direct_consumers_are_found_whether_declared_or_observed() -> None:
    seen = consumer("scraper", declared=False, last_seen_at=NOW)
    found = impact(MODEL, [consumer("planner", owner="olga"), seen])
    assert [(one.system, one.declared, one.through, one.owner) for one in found] == [
        ("planner", True, (), "olga"),
        ("scraper", False, (), ""),
    ]
    assert found[1].last_seen_at == NOW


def test_the_consumers_of_a_fed_model_are_found() -> None:
    rows = [
        consumer("crew-planner", feeds_model=CREW),
        consumer("rota", CREW, feeds_model="ops/gate"),
        consumer("board", GATE),
        consumer("elsewhere", "models/ops/other"),
    ]
    assert [(one.system, one.through) for one in impact(MODEL, rows)] == [
        ("crew-planner", ()),
        ("rota", (CREW,)),
        ("board", (CREW, GATE)),
    ]


def test_a_cycle_of_models_is_followed_once() -> None:
    rows = [
        consumer("a", feeds_model=CREW),
        consumer("b", CREW, feeds_model=MODEL),
        consumer("c", CREW, feeds_model=CREW),
    ]
    assert [one.system for one in impact(MODEL, rows)] == ["a", "b", "c"]


def test_a_system_on_two_paths_is_listed_once_with_shortest_path_and_highest_criticality() -> None:
    rows = [
        consumer("feeder", feeds_model=CREW),
        consumer("board", declared=False, criticality="low", cadence_days=1, last_seen_at=NOW - days(9)),
        consumer("board", CREW, owner="bo", criticality="high", cadence_days=31, last_seen_at=NOW - days(2)),
    ]
    (board,) = [one for one in impact(MODEL, rows) if one.system == "board"]
    assert (board.through, board.declared, board.owner) == ((), True, "bo")
    assert (board.criticality, board.cadence_days, board.last_seen_at) == ("high", 31, NOW - days(2))


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [consumer("a", feeds_model=CREW), consumer("b", feeds_model=GATE), consumer("z", CREW), consumer("z", GATE)]
    assert impact(MODEL, rows) == impact(MODEL, rows[::-1])


def test_a_model_without_consumers_affects_nobody() -> None:
    assert impact(MODEL, []) == ()


def test_a_fed_model_is_recognised_by_key_or_name() -> None:
    fed = [model_fed(consumer("a", feeds_model=name)) for name in (None, "", CREW, "ops/crew")]
    assert fed == [None, None, CREW, CREW]
