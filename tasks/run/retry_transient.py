"""Retry calls that fail temporarily: the registry is locked, a disk is full, a key cannot be read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from data.errors import AuditError, FileError, NestedTransactionError, SigningKeyError, StoreError

T = TypeVar("T")

TRANSIENT_ERRORS = (StoreError, AuditError, SigningKeyError, FileError, OSError)
"""Errors that do not depend on the caller or the input, and may be gone a minute later."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0


def retry_transient(act: Callable[[], T], patience: timedelta) -> T:
    """Return the result of `act`, retried on transient errors. Raises the last error when `patience` ends."""
    ends, pause = time.monotonic() + patience.total_seconds(), FIRST_PAUSE_SECONDS
    while True:
        try:
            return act()
        except NestedTransactionError:
            raise
        except TRANSIENT_ERRORS:
            if time.monotonic() + pause > ends:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
