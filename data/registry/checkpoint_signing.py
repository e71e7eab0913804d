"""A signed checkpoint of the whole log that is not in an anchor yet: `Registry.checkpoint` appends it there."""

from __future__ import annotations

from data.registry.registry import Registry


def sign_checkpoint(registry: Registry) -> int:
    """Store a signed checkpoint in the registry, unless one exists for the size of the log; return that size.

    Raises SigningKeyError, AuditError when the log differs from its journal or anchors.
    """
    with registry.signing() as (_, log, key):
        head = log.head()
        if head.size > log.anchored_size():
            log.sign(key, head)
        return head.size
