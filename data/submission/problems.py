"""Every problem of a submission at once: nobody should have to submit seven times to learn of seven things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from data.errors import ArtifactError, InputError, SubmissionError

T = TypeVar("T")
REMEDY = "put these right in the submission folder and register it again"


class Problems:
    """Collects what is wrong with a submission while it is read."""

    def __init__(self) -> None:
        self.found: list[InputError | ArtifactError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """What is raised within is noted, and reading goes on after it."""
        try:
            yield
        except (InputError, ArtifactError) as problem:
            self.found.append(problem)

    def tried(self, read: Callable[..., T], *handed: object) -> T:
        """What `read` answers. After a problem there is no answer: `check` raises before anybody may look at it."""
        with self.noted():
            return read(*handed)
        return cast(T, None)

    def add(self, what: str, remedy: str) -> None:
        """Note one problem."""
        self.found.append(SubmissionError(what, remedy))

    def check(self) -> None:
        """Raise what was noted: a single problem as itself, several as one SubmissionError with a line each."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise SubmissionError("\n".join(line for one in self.found for line in _lines(one)), REMEDY)


def _lines(problem: InputError | ArtifactError) -> list[str]:
    """A problem's lines, each with its fix: those that name one already keep it."""
    return [line if " → " in line else f"{line} → {problem.remedy}" for line in problem.what.splitlines()]
