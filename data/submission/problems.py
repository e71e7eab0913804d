"""Collects all problems of a submission, so that one attempt reports them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from data.errors import ArtifactError, InputError, SubmissionError

T = TypeVar("T")
REMEDY = "correct these problems in the submission folder, then register it again"


class Problems:
    """Collects the problems of a submission while it is read."""

    def __init__(self) -> None:
        self.found: list[InputError | ArtifactError] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect a problem that is raised in the block, and continue after the block."""
        try:
            yield
        except (InputError, ArtifactError) as problem:
            self.found.append(problem)

    def attempt(self, read: Callable[..., T], *arguments: object) -> T:
        """Return the result of `read`, or collect its problem.

        After a problem there is no result; `check` must raise before the result is used.
        """
        with self.collecting():
            return read(*arguments)
        return cast(T, None)

    def add(self, what: str, remedy: str) -> None:
        """Collect one problem."""
        self.found.append(SubmissionError(what, remedy))

    def check(self) -> None:
        """Raise the collected problems: a single one as it is, several as one SubmissionError with a line for each."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise SubmissionError("\n".join(line for one in self.found for line in _lines(one)), REMEDY)


def _lines(problem: InputError | ArtifactError) -> list[str]:
    """Return the lines of a problem, each with a fix; a line that already contains a fix is unchanged."""
    return [line if " → " in line else f"{line} → {problem.remedy}" for line in problem.what.splitlines()]
