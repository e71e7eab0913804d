"""Fixtures of worlds that are built once a session and copied for each test."""

from __future__ import annotations

from tests.judged_model import found_judged, found_validated, judged, validated
from tests.monitored_model import monitored, monitored_template

__all__ = ["found_judged", "found_validated", "judged", "monitored", "monitored_template", "validated"]
