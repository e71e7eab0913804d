"""Leave an audit event where something is refused that no command carries to the registry."""

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
"""Bytes that are gone, were changed or cannot be used: the registry itself never refuses with these."""


@contextmanager
def refusals_recorded(
    attempted: str,
    about: str,
    context: RunContext,
    kinds: tuple[type[ModelwardError], ...] = BEFORE_ANY_COMMAND,
) -> Iterator[None]:
    """What is refused within with one of these kinds is recorded against `about` (a key, or `registry`), raised on."""
    try:
        yield
    except kinds as refusal:
        record = RecordRefusal(about=about, attempted=attempted, code=refusal.code, reason=refusal.what[:LONGEST])
        Registry.here().execute(record, context)
        raise
