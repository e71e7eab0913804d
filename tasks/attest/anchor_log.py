"""Sign a checkpoint of the whole log, then append it to every anchor."""

from __future__ import annotations

from data.registry.checkpoint_signing import sign_checkpoint
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.take_steps import name_step, step


@step("sign checkpoint")
def sign_log() -> int:
    """Sign a checkpoint of the log; return the number of events in it. Raises SigningKeyError."""
    signed = sign_checkpoint(Registry.here())
    name_step(f"sign checkpoint of {counted(signed, 'event')}")
    return signed


@step("append to anchors")
def anchor_log() -> int:
    """Append the checkpoint to every anchor; return the number of events in the newest checkpoint. Raises AnchorError.

    A checkpoint is signed here too if another process wrote since the last one.
    """
    anchored = Registry.here().checkpoint()
    name_step(f"append checkpoint of {counted(anchored, 'event')} to the anchors")
    return anchored
