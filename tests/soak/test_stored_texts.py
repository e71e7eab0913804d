"""Conditions on stored texts find the same rows as Python, in many random tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stored_texts import wrong_answers


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 40))
def test_texts_are_found_as_python_finds_them(seed: int, tmp_path: Path) -> None:
    assert wrong_answers(tmp_path / "texts.duckdb", seed) == []
