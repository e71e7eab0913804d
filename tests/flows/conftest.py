"""Fixtures for flows that run on a real Prefect server, one for the whole session."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from prefect.testing.utilities import prefect_test_harness

from tests.judged_model import found_judged, found_validated, judged, validated

__all__ = ["found_judged", "found_validated", "judged", "validated"]


@pytest.fixture(scope="session", autouse=True)
def prefect_server() -> Iterator[None]:
    """Start a Prefect server with an empty database; it gets two minutes to start on slow machines."""
    with prefect_test_harness(server_startup_timeout=120):
        for name in ("prefect", "prefect.flow_runs", "prefect.task_runs"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
