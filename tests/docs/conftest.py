"""Fixtures of the documentation tests: the browser."""

from __future__ import annotations

from tests.browser.opened_chromium import chromium, shots, visit

__all__ = ["chromium", "shots", "visit"]
