"""Record an audit event for a refusal that happens before any command reaches the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from data.errors import ArtifactError, InputError, LogFormatError, ModelwardError, RefusedError
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry

LONGEST = 4_000
BEFORE_ANY_COMMAND = (InputError, RefusedError, ArtifactError)
BYTES = (ArtifactError, LogFormatError)
"""Errors about missing, changed or unusable bytes, which the registry itself does not raise as refusals."""


def record_refusal(refusal: RecordRefusal, context: RunContext) -> None:
    """Record the event of a refusal."""
    Registry.here().execute(refusal, context)


@contextmanager
def refusals_recorded(
    attempted: str,
    about: str,
    context: RunContext,
    kinds: tuple[type[ModelwardError], ...] = BEFORE_ANY_COMMAND,
    record: Callable[[RecordRefusal, RunContext], None] = record_refusal,
) -> Iterator[None]:
    """Record errors of these kinds in the block as refusals about a key or `registry`, and raise them again.

    A flow passes a `record` that takes a step, see `tasks/run/record_in_step.py`.
    """
    try:
        yield
    except kinds as error:
        record(RecordRefusal(about=about, attempted=attempted, code=error.code, reason=error.what[:LONGEST]), context)
        raise
