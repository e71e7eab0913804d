"""Sign a checkpoint over the whole log to every anchor."""

from __future__ import annotations

from data.registry.registry import Registry
from tasks.run.take_steps import name_step, step
from tasks.run.word_steps import counted


@step("anchor log")
def anchor_log() -> int:
    """The number of events that the newest checkpoint covers. Raises AnchorError, SigningKeyError."""
    anchored = Registry.here().checkpoint()
    name_step(f"anchor {counted(anchored, 'event')}")
    return anchored
