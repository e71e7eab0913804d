"""Count the rows that the code under test reads, instead of measuring its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from data.records.row import Row
from data.registry import state


def count_rows(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return a counter of the rows that are read from now on, by their table."""
    seen: Counter[str] = Counter()
    kept = state.decoded

    def decoded(kind: type[Row], values: Sequence[object]) -> Row:
        seen[kind.table] += 1
        return kept(kind, values)

    monkeypatch.setattr(state, "decoded", decoded)
    return seen
