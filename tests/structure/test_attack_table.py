"""docs/security.md lists every attack in tests/attacks, and benchmarks/README.md the counts of the long runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import attack_table
from tests.attack_table import UnlistedAttackError, read_attack
from tests.soak import attack_runs


def test_the_table_of_attacks_is_that_of_the_tests() -> None:
    page = attack_table.PAGE.read_text("utf-8")
    assert attack_table.page_with_table(page) == page, "run `make attacks`"


def test_an_attack_without_a_result_is_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "test_something.py"
    path.write_text('"""Attack: somebody tries.\n\nResult: it is well.\nCaught in: `data`\n"""\n', "utf-8")
    with pytest.raises(UnlistedAttackError, match=r"test_something\.py: begin its docstring"):
        read_attack(path)


def test_the_table_of_long_runs_is_that_of_the_counts() -> None:
    page = attack_runs.PAGE.read_text("utf-8")
    assert attack_runs.page_with(page, attack_runs.read_rows()) == page, "run `python -m tests.soak table`"


def test_no_long_run_ended_otherwise_than_required() -> None:
    assert [row for row in attack_runs.read_rows() if row.as_required != row.tried] == []
