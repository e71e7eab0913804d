"""Retry what fails only for a while: the registry is held by another process, a disk is full, a key is unreadable."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from data.errors import AuditError, NestedTransactionError, SigningKeyError, StoreError

T = TypeVar("T")

TROUBLE = (StoreError, AuditError, SigningKeyError, OSError)
"""What has nothing to do with who asked for it, or with what they entered: it may have passed a minute later."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0


def retry_transient(act: Callable[[], T], patience: timedelta) -> T:
    """What `act` answers, tried again while there is trouble. Raises the trouble that is left when patience ends."""
    ends, pause = time.monotonic() + patience.total_seconds(), FIRST_PAUSE_SECONDS
    while True:
        try:
            return act()
        except NestedTransactionError:
            raise
        except TROUBLE:
            if time.monotonic() + pause > ends:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
