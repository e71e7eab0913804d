"""The queue of threads: first come, first served, with a bounded wait."""

from __future__ import annotations

import threading
import time

import pytest

from data.registry.thread_queue import ThreadQueue


def test_threads_get_the_lock_in_the_order_in_which_they_asked() -> None:
    queue, order = ThreadQueue(), list[int]()
    assert queue.acquire(0)

    def wait(number: int) -> None:
        assert queue.acquire(60)
        order.append(number)
        queue.release()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(queue._waiting) <= number:
            time.sleep(0.001)
    queue.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_released_lock_is_free() -> None:
    queue = ThreadQueue()
    for _ in range(2):
        assert queue.acquire(0)
        queue.release()


def test_a_wait_that_ends_leaves_the_queue() -> None:
    queue = ThreadQueue()
    assert queue.acquire(0)
    assert not queue.acquire(0.01)
    queue.release()
    assert queue.acquire(0), "nobody waits any more"


def test_a_lock_handed_over_at_the_end_of_a_wait_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = ThreadQueue()
    assert queue.acquire(0)

    class Late:
        """A place whose wait ends just before the lock is handed over."""

        def acquire(self, timeout: float = 0) -> bool:
            if timeout:
                queue.release()
            return not timeout

        def release(self) -> None:
            pass

    guard = threading.Lock
    monkeypatch.setattr("data.registry.thread_queue.threading.Lock", Late)
    assert queue.acquire(0.01)
    monkeypatch.setattr("data.registry.thread_queue.threading.Lock", guard)
    assert not queue.acquire(0), "this thread has it"
