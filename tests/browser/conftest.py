"""Fixtures for the browser tests."""

from __future__ import annotations

from tests.browser.opened_chromium import chromium, shots, visit

__all__ = ["chromium", "shots", "visit"]
