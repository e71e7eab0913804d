"""A model that serves under a monitoring plan, founded once a session and copied for each test."""

from __future__ import annotations

from tests.watched_model import watch, watched

__all__ = ["watch", "watched"]
