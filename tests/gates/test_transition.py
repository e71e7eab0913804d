"""Retirement: each consumer answered and moves in time, and the logs have no traffic for long enough."""

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
    "an acknowledgement passes": ({}, "passed", "passed"),
    "a silence accepted with a reason passes": (SILENT, "passed", "passed"),
    "a silence accepted without a reason is unproven": ({**SILENT, "silence_reason": " "}, "unproven", "passed"),
    "a silence without an accepting person is unproven": ({**SILENT, "answered_by": None}, "unproven", "passed"),
    "a missing answer is unproven": ({"answer": "none"}, "unproven", "passed"),
    "an objection fails": ({"answer": "objected"}, "failed", "passed"),
    "a move without a replacement is unproven": ({"moves_to": " "}, "passed", "unproven"),
    "a move without a date is unproven": ({"cut_over_at": None}, "passed", "unproven"),
    "a missing transition is unproven": ({"transition": "missing", "declared": False}, "passed", "unproven"),
    "a move on the day of the sunset passes": ({"cut_over_at": SUNSET}, "passed", "passed"),
    "a move after the sunset fails": ({"cut_over_at": SUNSET + days(1)}, "passed", "failed"),
    "a move to the retired version fails": ({"moves_to": VERSION}, "passed", "failed"),
    "a completed move passes": ({"transition": "moved"}, "passed", "passed"),
}


@pytest.mark.parametrize("case", PARTIES)
def test_the_verdicts_on_a_party(case: str) -> None:
    changes, answer, move = PARTIES[case]
    found = judge_transition(retirement(), [party(**changes)])
    assert {one.text: one.verdict.outcome for one in found} == {
        "answer of planner": answer,
        "transition of planner": move,
    }


def test_the_text_says_that_a_consumer_is_not_declared() -> None:
    _, move = judge_transition(retirement(), [party(declared=False, transition="missing")])
    assert "planner (not declared, found in the logs)" in str(move.verdict)


def test_a_retirement_without_parties_passes_only_with_an_impact_assessment() -> None:
    assert [one.verdict.outcome for one in judge_transition(retirement(), [])] == ["passed"]
    assert [one.verdict.outcome for one in judge_transition(retirement(impact_digest=None), [])] == ["unproven"]


QUIET: dict[str, tuple[dict[str, Any], str]] = {
    "a window without rows passes": ({}, "passed"),
    "a window with one row fails": ({"traffic_rows": 1}, "failed"),
    "a short window is unproven": ({"traffic_to_at": SUNSET + days(13)}, "unproven"),
    "a window that begins before the sunset is unproven": ({"traffic_from_at": SUNSET - days(9)}, "unproven"),
    "a window that ends in the future is unproven": ({"traffic_to_at": NOW + days(1)}, "unproven"),
    "a missing row count is unproven": ({"traffic_rows": None}, "unproven"),
    "a missing start is unproven": ({"traffic_from_at": None, "traffic_digest": None}, "unproven"),
    "a missing end is unproven": ({"traffic_to_at": None}, "unproven"),
}


@pytest.mark.parametrize("case", QUIET)
def test_the_verdict_on_traffic(case: str) -> None:
    changes, outcome = QUIET[case]
    assert judge_quiet(retirement(**changes), [consumer("planner")], NOW).verdict.outcome == outcome


def test_the_longest_cadence_of_a_consumer_extends_the_window() -> None:
    monthly = [consumer("planner"), consumer("report", cadence_days=31)]
    found = judge_quiet(retirement(), monthly, NOW)
    assert (found.verdict.outcome, found.measured, found.limit) == ("unproven", 14.0, 31.0)
    assert window_days(14, impact(MODEL, monthly)) == 31
    assert window_days(14, []) == 14
