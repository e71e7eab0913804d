"""Record an audit event for a refusal that happens before any command reaches the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import ArtifactError, InputError, LogFormatError, ModelwardError, RefusedError
from data.records.run_context import RunContext
from data.registry.commands.log import RecordRefusal
from data.registry.registry import Registry

LONGEST = 4_000
BEFORE_ANY_COMMAND = (InputError, RefusedError, ArtifactError)
BYTES = (ArtifactError, LogFormatError)
"""Errors about missing, changed or unusable bytes, which the registry itself does not raise as refusals."""


@contextmanager
def refusals_recorded(
    attempted: str,
    about: str,
    context: RunContext,
    kinds: tuple[type[ModelwardError], ...] = BEFORE_ANY_COMMAND,
) -> Iterator[None]:
    """Record errors of these kinds in the block as refusals about a key or `registry`, and raise them again."""
    try:
        yield
    except kinds as refusal:
        record = RecordRefusal(about=about, attempted=attempted, code=refusal.code, reason=refusal.what[:LONGEST])
        Registry.here().execute(record, context)
        raise
