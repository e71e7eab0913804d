"""Datasets are read in this process here: the child process is tested where it belongs, and costs a second each."""

from __future__ import annotations

import pytest

from data.submission import datasets
from data.submission.parquet_scan import answer


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very same reading, without a process of its own."""
    monkeypatch.setattr(datasets, "_ask", answer)
