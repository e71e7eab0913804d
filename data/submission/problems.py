"""All problems of a submission at once, so that nobody has to submit seven times to find seven problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from data.errors import ArtifactError, InputError, SubmissionError

T = TypeVar("T")
REMEDY = "correct these in the submission folder and register it again"


class Problems:
    """Collects the problems of a submission while it is read."""

    def __init__(self) -> None:
        self.found: list[InputError | ArtifactError] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect a problem that is raised in the block, and continue after it."""
        try:
            yield
        except (InputError, ArtifactError) as problem:
            self.found.append(problem)

    def attempt(self, read: Callable[..., T], *arguments: object) -> T:
        """The result of `read`. After a problem there is no result: `check` raises before anybody can use it."""
        with self.collecting():
            return read(*arguments)
        return cast(T, None)

    def add(self, what: str, remedy: str) -> None:
        """Collect one problem."""
        self.found.append(SubmissionError(what, remedy))

    def check(self) -> None:
        """Raise the collected problems: a single one as itself, several as one SubmissionError with a line each."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise SubmissionError("\n".join(line for one in self.found for line in _lines(one)), REMEDY)


def _lines(problem: InputError | ArtifactError) -> list[str]:
    """The lines of a problem, each with its fix; a line that names one already keeps it."""
    return [line if " → " in line else f"{line} → {problem.remedy}" for line in problem.what.splitlines()]
