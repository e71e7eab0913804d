"""Who works through a page of the documentation has a browser too."""

from __future__ import annotations

from tests.browser.opened_chromium import chromium, shots, visit

__all__ = ["chromium", "shots", "visit"]
