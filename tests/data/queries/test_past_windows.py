"""Past windows: at most the requested number, of the requested version, and none after the given day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.queries.past_windows import PastWindow, WindowRequest, past_windows
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.commands.monitoring import RecordMonitoring
from tests.prediction_logs import DAY, days
from tests.world import MODEL, World

NIGHTS = 9
OTHER = "models/ops/other"


@pytest.fixture(scope="module")
def history(founded: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Nine nights of two models; the last three are of version 2."""
    with pytest.MonkeyPatch.context() as patch:
        world: World = founded.copy(tmp_path_factory.mktemp("history") / "home", patch)
    for model in (MODEL, OTHER):
        world.model(model)
    nights = [night(model, offset) for model in (MODEL, OTHER) for offset in range(NIGHTS)]
    outcomes = world.registry.execute_together(nights, RunContext(Actor(id="modelward"), world.now))
    assert not any(isinstance(one, Exception) for one in outcomes)
    return world


def night(model: str, offset: int) -> RecordMonitoring:
    version = f"{model}/versions/{1 if offset < 6 else 2}"
    return RecordMonitoring(
        model=model, plan=f"{model}/monitoring-plans/1", from_date=f"{DAY + days(offset - 6)}",
        to_date=f"{DAY + days(offset)}", versions=(version,), rows=1, labelled=0, partitions=(),
        measurements_digest="sha256:" + f"{offset:064x}", counts={}, outcomes={"psi:distance": f"of {offset}"},
    )  # fmt: skip


CASES: dict[str, tuple[int, int, int, list[int]]] = {
    "the newest few, oldest first": (1, 6, 2, [4, 5]),
    "all there are when more are asked for": (1, 20, 100, [0, 1, 2, 3, 4, 5]),
    "none from the day on that is asked about": (1, 3, 2, [1, 2]),
    "of the version alone, whatever came between": (2, 20, 5, [6, 7, 8]),
    "none asked for": (1, 20, 0, []),
    "none of a version that never served": (12, 20, 5, []),
}


@pytest.mark.parametrize("case", CASES)
def test_which_windows_are_read(history: World, case: str) -> None:
    version, before, most, expected = CASES[case]
    requests = [WindowRequest(MODEL, f"{MODEL}/versions/{version}", DAY + days(before), most)]
    with history.registry.store.reading() as connection:
        found = past_windows(connection, requests)
    assert list(found) == [MODEL]
    assert [one.outcomes for one in found[MODEL]] == [{"psi:distance": f"of {offset}"} for offset in expected]


def test_many_models_are_read_in_one_query_each_by_its_own_rule(history: World) -> None:
    requests = [
        WindowRequest(MODEL, f"{MODEL}/versions/1", DAY + days(2), 1),
        WindowRequest(OTHER, f"{OTHER}/versions/2", DAY + days(9), 2),
    ]
    with history.registry.store.reading() as connection:
        found = past_windows(connection, requests)
        assert past_windows(connection, []) == {}
    last = {model: [one.last for one in windows] for model, windows in found.items()}
    assert last == {MODEL: [DAY + days(1)], OTHER: [DAY + days(7), DAY + days(8)]}
    assert found[MODEL] == (PastWindow(DAY - days(5), DAY + timedelta(days=1), '{"psi:distance":"of 1"}'),)
