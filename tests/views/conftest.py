"""Fixtures: models at the points of their lifecycle that forms and pages show."""

from __future__ import annotations

from tests.judged_model import found_judged, found_validated, judged, validated

__all__ = ["found_judged", "found_validated", "judged", "validated"]
