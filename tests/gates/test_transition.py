"""Transition: nobody left without an answer or a place to go, and a silence long enough to mean something."""

from __future__ import annotations

from typing import Any

import pytest

from data.records.retirement import Retirement, RetirementParty
from gates.impact import impact
from gates.transition import judge_quiet, judge_transition, window_days
from tests.gates import rows
from tests.gates.rows import MODEL, NOW, VERSION, consumer, days

SUNSET = NOW - days(20)


def retirement(**changes: Any) -> Retirement:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/retirement",
        "subject": VERSION,
        "model": MODEL,
        "reason": "replaced",
        "successor": f"{MODEL}/versions/3",
        "impact_digest": rows.digest("1"),
        "sunset_at": SUNSET,
        "quiet_days": 14,
        "traffic_from_at": SUNSET,
        "traffic_to_at": SUNSET + days(14),
        "traffic_rows": 0,
        "traffic_digest": rows.digest("2"),
        "opened_by": "omar",
        "opened_at": NOW - days(60),
    }
    return Retirement(**{**defaults, **changes})


def party(**changes: Any) -> RetirementParty:
    defaults: dict[str, Any] = {
        "key": f"{VERSION}/retirement/parties/planner",
        "retirement": f"{VERSION}/retirement",
        "system": "planner",
        "declared": True,
        "answer": "acknowledged",
        "answered_by": "pia",
        "moves_to": f"{MODEL}/versions/3",
        "cut_over_at": SUNSET - days(1),
        "transition": "planned",
    }
    return RetirementParty(**{**defaults, **changes})


SILENT = {"answer": "silence accepted", "answered_by": "rita", "silence_reason": "asked thrice"}
PARTIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "who acknowledged has answered": ({}, "passed", "passed"),
    "a silence that somebody accepted with a reason is an answer": (SILENT, "passed", "passed"),
    "a silence accepted without a reason is none": ({**SILENT, "silence_reason": " "}, "unproven", "passed"),
    "a silence accepted by nobody is none": ({**SILENT, "answered_by": None}, "unproven", "passed"),
    "who did not answer leaves it unproven": ({"answer": "none"}, "unproven", "passed"),
    "an objection fails": ({"answer": "objected"}, "failed", "passed"),
    "who has nowhere to go is unproven": ({"moves_to": " "}, "passed", "unproven"),
    "who has no date is unproven": ({"cut_over_at": None}, "passed", "unproven"),
    "who has no plan is unproven": ({"transition": "missing", "declared": False}, "passed", "unproven"),
    "who moves on the day of the sunset passes": ({"cut_over_at": SUNSET}, "passed", "passed"),
    "who moves after the sunset fails": ({"cut_over_at": SUNSET + days(1)}, "passed", "failed"),
    "who moves to what is retired fails": ({"moves_to": VERSION}, "passed", "failed"),
    "who has moved passes": ({"transition": "moved"}, "passed", "passed"),
}


@pytest.mark.parametrize("case", PARTIES)
def test_parties(case: str) -> None:
    changes, answer, move = PARTIES[case]
    found = judge_transition(retirement(), [party(**changes)])
    assert {one.text: one.verdict.outcome for one in found} == {
        "answer of planner": answer,
        "transition of planner": move,
    }


def test_an_undeclared_consumer_is_called_so() -> None:
    _, move = judge_transition(retirement(), [party(declared=False, transition="missing")])
    assert "planner (undeclared, seen in the logs)" in str(move.verdict)


def test_nobody_to_move_passes_only_where_the_impact_was_assessed() -> None:
    assert [one.verdict.outcome for one in judge_transition(retirement(), [])] == ["passed"]
    assert [one.verdict.outcome for one in judge_transition(retirement(impact_digest=None), [])] == ["unproven"]


QUIET: dict[str, tuple[dict[str, Any], str]] = {
    "no row over the whole window passes": ({}, "passed"),
    "one row fails": ({"traffic_rows": 1}, "failed"),
    "a window too short is unproven": ({"traffic_to_at": SUNSET + days(13)}, "unproven"),
    "a window that begins before the sunset is unproven": ({"traffic_from_at": SUNSET - days(9)}, "unproven"),
    "a window that is not over is unproven": ({"traffic_to_at": NOW + days(1)}, "unproven"),
    "nothing read yet is unproven": ({"traffic_rows": None}, "unproven"),
    "no beginning is unproven": ({"traffic_from_at": None, "traffic_digest": None}, "unproven"),
    "no end is unproven": ({"traffic_to_at": None}, "unproven"),
}


@pytest.mark.parametrize("case", QUIET)
def test_quiet(case: str) -> None:
    changes, outcome = QUIET[case]
    assert judge_quiet(retirement(**changes), [consumer("planner")], NOW).verdict.outcome == outcome


def test_the_slowest_consumer_says_how_long_silence_must_last() -> None:
    monthly = [consumer("planner"), consumer("report", cadence_days=31)]
    found = judge_quiet(retirement(), monthly, NOW)
    assert (found.verdict.outcome, found.measured, found.limit) == ("unproven", 14.0, 31.0)
    assert window_days(14, impact(MODEL, monthly)) == 31
    assert window_days(14, []) == 14
