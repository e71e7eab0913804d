"""Models are dealt out a few to a task, and each has a result at the end."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.chunk_models import chunked, gathered
from tasks.find_watched import Candidate
from tasks.watch_models import Night

SIZES = {
    "no model": (0, []),
    "one model": (1, [1]),
    "two models keep two threads busy": (2, [1, 1]),
    "three": (3, [2, 1]),
    "many": (60, [25, 25, 10]),
}


@pytest.mark.parametrize("case", SIZES)
def test_every_model_is_in_one_chunk(case: str) -> None:
    count, sizes = SIZES[case]
    models = [Candidate(f"models/ops/m{number}", None) for number in range(count)]
    chunks = chunked(models)
    assert [len(one) for one in chunks] == sizes
    assert [one for chunk in chunks for one in chunk] == models


class Answered:
    """A task's future that is done."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def result(self, *, raise_on_failure: bool) -> object:
        assert not raise_on_failure
        return self.answer


def test_a_task_that_broke_fails_its_models_and_no_others() -> None:
    futures: Any = [Answered([Night("a"), Night("b")]), Answered(MemoryError("no room"))]
    chunks = [[Candidate(key, None) for key in keys] for keys in ("ab", "cd")]
    nights = gathered(chunks, futures)
    assert [(one.model, one.failed) for one in nights] == [("a", False), ("b", False), ("c", True), ("d", True)]
    assert nights[2].unwatched == "the watch broke: MemoryError: no room"
