"""A retirement as Markdown: its sunset, its successor, and each consumer with its answer and its transition."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data.records.retirement import Retirement, RetirementParty
from views.forms.retirement_tables import party_table, retirement_lines

KEY = "models/ops/delay/retirements/1"
SUNSET = datetime(2013, 6, 1, 12, tzinfo=UTC)


def retirement(**changes: Any) -> Retirement:
    given: dict[str, Any] = {
        "key": KEY, "subject": "models/ops/delay/versions/1", "model": "models/ops/delay", "reason": "replaced",
        "successor": "models/ops/delay/versions/2", "sunset_at": SUNSET, "quiet_days": 7, "opened_by": "olga",
        "opened_at": SUNSET,
    }  # fmt: skip
    return Retirement(**{**given, **changes})


def party(**changes: Any) -> RetirementParty:
    given: dict[str, Any] = {"key": f"{KEY}/parties/gates", "retirement": KEY, "system": "gates", "declared": True}
    return RetirementParty(**{**given, **changes})


def test_the_sunset_the_reason_the_successor_and_the_quiet_days_come_first() -> None:
    lines = retirement_lines(retirement(), [])
    assert lines[0] == "Sunset on 2013-06-01 UTC because: “replaced”"
    assert lines[2] == "Successor: ops/delay v2; withdrawn after 7 days without traffic in the logs."


def test_a_retirement_without_a_successor_shows_nothing_as_successor() -> None:
    assert retirement_lines(retirement(successor=None), [])[2].startswith("Successor: nothing;")


def test_outputs_that_stay_in_force_are_quoted() -> None:
    assert "Outputs that stay in force: “the plan of May”" in retirement_lines(
        retirement(outputs_in_force="the plan of May"), []
    )


def test_a_retirement_without_consumers_has_a_sentence_instead_of_a_table() -> None:
    assert retirement_lines(retirement(), [])[-1] == (
        "Nobody uses it: no consumer is declared, none was seen in the logs."
    )


ROWS = {
    "a declared consumer that has not answered": ({}, "| gates | declaration | 0 | none | – | – |"),
    "a consumer that only the logs name": ({"declared": False}, "| gates | the logs only | 0 | none | – | – |"),
    "a consumer of another model's output": (
        {"through": ("models/crm/churn",)}, "| gates | declaration through crm/churn | 0 | none | – | – |",
    ),
    "an answer with the person who gave it": (
        {"notices": 2, "answer": "acknowledged", "answered_by": "gwen"},
        "| gates | declaration | 2 | acknowledged (gwen) | – | – |",
    ),
    "silence that was accepted, with the reason": (
        {"answer": "silence accepted", "answered_by": "rita", "silence_reason": "closed in May"},
        "| gates | declaration | 0 | silence accepted (rita): “closed in May” | – | – |",
    ),
    "a planned transition": (
        {"moves_to": "v2", "cut_over_at": SUNSET}, "| gates | declaration | 0 | none | “v2” | 2013-06-01 |",
    ),
    "a name with a bar in it": ({"system": "a|b"}, r"| a\|b | declaration | 0 | none | – | – |"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "row"), ROWS.values(), ids=ROWS)
def test_a_consumer_is_one_row(changes: dict[str, Any], row: str) -> None:
    assert party_table([party(**changes)])[2:] == [row]
