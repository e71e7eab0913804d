"""Fixtures for flows that run on a real Prefect server, one for the whole session."""

from __future__ import annotations

import pytest

from tests.judged_model import found_judged, found_validated, judged, validated

__all__ = ["found_judged", "found_validated", "judged", "validated"]


@pytest.fixture(scope="session", autouse=True)
def needs_server(prefect_server: None) -> None:
    """Start the Prefect server before the first flow of this folder runs."""
