"""Sign a checkpoint of the whole log and write it to every anchor."""

from __future__ import annotations

from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.take_steps import name_step, step


@step("anchor log")
def anchor_log() -> int:
    """Anchor the log; return the number of events in the new checkpoint. Raises AnchorError, SigningKeyError."""
    anchored = Registry.here().checkpoint()
    name_step(f"anchor {counted(anchored, 'event')}")
    return anchored
