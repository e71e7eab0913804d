"""End a flow that runs in this process as soon as the process is asked to end, with everything that it started.

Without a handler, SIGTERM and SIGHUP end a process without its clean-up: the Prefect server of the run stays, with its
port. Ctrl-C (SIGINT) raises KeyboardInterrupt and needs no handler.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

BY_SIGNAL = 128
"""The exit code of a command that a signal ended is this number and that of the signal."""


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Raise SystemExit when SIGTERM or SIGHUP arrives while the block runs; only the main thread can do so.

    Prefect has a handler of its own for SIGTERM while a flow runs: it marks the run as crashed, then sends the signal
    again. A SIGHUP is therefore passed to it as SIGTERM. A signal that the caller ignores, as `nohup` does, stays
    ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def end(number: int, _: FrameType | None) -> NoReturn:
        received.append(number)
        raise SystemExit(BY_SIGNAL + received[0])

    def pass_on(number: int, _: FrameType | None) -> None:
        received.append(number)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {}
    for number, handler in ((signal.SIGTERM, end), (signal.SIGHUP, pass_on)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
