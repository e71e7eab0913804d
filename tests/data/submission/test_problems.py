"""All problems are reported together, and a single problem keeps its own class."""

from __future__ import annotations

import pytest

from data.errors import ArtifactError, LogFormatError, StoreError, SubmissionError
from data.submission.problems import Problems


def broken(text: str) -> int:
    raise LogFormatError(text, "correct it")


def test_without_a_problem_nothing_is_raised() -> None:
    problems = Problems()
    assert problems.attempt(len, "abc") == 3
    problems.check()


def test_a_single_problem_is_raised_unchanged() -> None:
    problems = Problems()
    problems.attempt(broken, "a")
    with pytest.raises(LogFormatError, match="a"):
        problems.check()


def test_several_problems_become_one_error_with_a_line_and_a_fix_each() -> None:
    problems = Problems()
    problems.attempt(broken, "a\nb → its own fix")
    problems.add("c", "fix c")
    with problems.collecting():
        raise ArtifactError("d", "fix d")
    with pytest.raises(SubmissionError) as refused:
        problems.check()
    assert refused.value.what.splitlines() == ["a → correct it", "b → its own fix", "c → fix c", "d → fix d"]


def test_other_exceptions_are_not_collected() -> None:
    with pytest.raises(StoreError), Problems().collecting():
        raise StoreError("disk full")
