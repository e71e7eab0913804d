"""Worlds that are founded once a session and copied for each test."""

from __future__ import annotations

from tests.judged_model import found_judged, found_validated, judged, validated
from tests.watched_model import watch, watched

__all__ = ["found_judged", "found_validated", "judged", "validated", "watch", "watched"]
