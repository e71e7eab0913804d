"""A lock that the threads of a process get in the order in which they ask for it.

`threading.Lock` gives no order: a thread that releases it and asks again at once usually gets it before one that waits.
"""

from __future__ import annotations

import threading
from collections import deque


class ThreadQueue:
    """A lock with a queue; the thread that releases it hands it to the thread that has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Acquire the lock; return False if other threads hold it for all of `timeout` seconds."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
        if place.acquire(timeout=timeout):
            return True
        with self._guard:
            if place in self._waiting:
                self._waiting.remove(place)
                return False
        return True  # it was handed over in the moment in which the wait ended

    def release(self) -> None:
        """Hand the lock to the next thread of the queue, or leave it free."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False
