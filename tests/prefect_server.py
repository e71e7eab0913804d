"""One Prefect server for all tests of a process that run flows: one start costs as much CPU as many runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

LOGGERS = ("prefect", "prefect.flow_runs", "prefect.task_runs")
START_SECONDS = 120
"""Time limit for its start, in seconds; slow machines need it."""


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Start a Prefect server with an empty database; its log messages stay out of the output of commands."""
    # Not at the top: every process of pytest loads this module, and these imports cost it five seconds of CPU.
    from prefect.settings import PREFECT_LOGGING_LEVEL, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=START_SECONDS),
        temporary_settings({PREFECT_LOGGING_LEVEL: "CRITICAL"}),
    ):
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
