"""Figures on one axis: each as its rule judges it, in margins, the most urgent first."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import ArtifactError
from data.queries.run_measurements import WindowMeasurement
from data.records.measurement import CannotSay, Measurement
from data.records.monitoring import MonitoringRun
from monitoring.plan import Direction, WatchRule
from views.forms.drift_figures import _drawn, drift_lines, unreadable_lines, window_counts

V1 = "models/ops/delay/versions/1"
RUN = MonitoringRun(
    key="models/ops/delay/runs/1", model="models/ops/delay", plan="p", from_date="2013-04-01", to_date="2013-04-07",
    versions=(V1,), rows=2_100, labelled=2_000, partitions=(), faults=("a | fault\n<b>",), counts={}, outcomes={},
    measurements_digest="sha256:0", ran_at=datetime(2013, 4, 8, tzinfo=UTC), run_id="r",
)  # fmt: skip


def rule(column: str, **fields: Any) -> WatchRule:
    return WatchRule(**{"statistic": "psi", "column": column, "margin": 0.1, **fields})


def measured(about: WatchRule, outcome: str, value: float | None, **fields: Any) -> WindowMeasurement:
    figure = Measurement(statistic=about.statistic, column=about.column, value=value, **fields)
    days = {"first_day": RUN.from_date, "last_day": RUN.to_date}
    return WindowMeasurement(version=V1, **days, measurement=figure, rule=about.about, outcome=outcome)


DOWN = rule("score", statistic="auc", reference=0.7, direction=Direction.DOWN, severe=0.2)
BOTH = rule("score", statistic="calibration", reference=1.0, direction=Direction.BOTH)
DRAWN = {
    "up": (rule("a"), 0.2, (0.1, 0.3), (2.0, 1.0, 3.0)),
    "direction down": (DOWN, 0.6, (0.5, 0.65), (1.0, 0.5, 2.0)),
    "both directions, below": (BOTH, 0.7, (0.6, 0.8), (3.0, 2.0, 4.0)),
    "both directions, above": (BOTH, 1.3, (1.2, 1.4), (3.0, 2.0, 4.0)),
}


def test_values_right_of_zero_are_worse() -> None:
    for name, (about, value, (low, high), expected) in DRAWN.items():
        row = _drawn(measured(about, "watch", value, low=low, high=high), about)
        found = [round(one, 6) for one in (row.value, row.low, row.high) if one is not None]
        assert tuple(found) == expected, name


def test_the_severe_level_is_marked() -> None:
    row = _drawn(measured(DOWN, "page", 0.4), DOWN)
    assert (row.name, row.label, row.look, row.mark) == ("auc:score", "page", "bad", 2.0)


def test_pages_come_before_warnings_and_quiet_figures_last() -> None:
    rules = [rule(name) for name in ("quiet", "seasonal", "watch", "page", "unsaid")]
    outcomes = ["quiet", "seasonal: not paged", "watch", "page", "cannot say"]
    values = [0.0, 0.5, 0.2, 0.9, None]
    batch = [
        measured(one, outcome, value, cannot_say=None if value is not None else CannotSay.TOO_FEW_ROWS)
        for one, outcome, value in zip(rules, outcomes, values, strict=True)
    ]
    lines = drift_lines(RUN, [*batch, measured(rule("unmonitored"), "", 9.0)], rules)
    assert lines[0] == "### ops/delay, 2013-04-01 to 2013-04-07"
    assert "- **fault:** a \\| fault &lt;b&gt;" in lines
    table = lines[lines.index("|---|---|--:|---|---|") + 1 :]
    assert [line.split("|")[2].strip() for line in table] == [
        *("psi:page", "psi:watch", "psi:seasonal", "psi:unsaid", "psi:quiet"),
    ]
    assert table[0] == "| **page** | psi:page | 0.9000 | – | 0, 0.1 up |"
    assert table[3] == "| cannot say | psi:unsaid | too few rows | – | 0, 0.1 up |"
    (picture,) = [line for line in lines if line.startswith("![")]
    encoded = re.search(r"base64,([^)]*)\)", picture)
    assert encoded is not None
    assert b"psi:page" in base64.b64decode(encoded[1])


KNOWN: dict[str, tuple[dict[str, float | None], str]] = {
    "the share that was measured": (
        {"coverage": 0.985},
        "ops/delay v1: 2,100 rows, 98% of the expected labels known",
    ),
    "no label known": ({"coverage": None}, "ops/delay v1: 2,100 rows"),
    "nothing measured": ({}, "ops/delay v1: 2,100 rows"),
}  # fmt: skip


@pytest.mark.parametrize(("headline", "line"), KNOWN.values(), ids=KNOWN)
def test_the_share_of_known_labels_is_shown(headline: dict[str, float | None], line: str) -> None:
    run = RUN.model_copy(update={"headline": headline, "labelled": 15_000})
    assert drift_lines(run, [], [])[2] == line


def test_a_rule_with_margin_zero_is_only_in_the_table() -> None:
    about = rule("a", margin=0.0)
    lines = drift_lines(RUN, [measured(about, "watch", 0.2)], [about])
    assert not [line for line in lines if line.startswith("![")]
    assert lines[-1] == "| **watch** | psi:a | 0.2000 | – | 0, 0 up |"


def test_the_counts_of_a_window_are_one_sentence() -> None:
    run = RUN.model_copy(update={"counts": {"page": 2, "quiet": 0}})
    assert window_counts(run) == "2 page, 1 fault"
    assert window_counts(RUN.model_copy(update={"faults": ()})) == "nothing is monitored"


def test_measurements_that_cannot_be_read_are_shown_with_the_reason() -> None:
    assert unreadable_lines(ArtifactError("it is | gone", "restore it")) == [r"it is \| gone → restore it"]
