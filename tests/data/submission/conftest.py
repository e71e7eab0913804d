"""Datasets are read in this process here, which saves a second each; the child process has tests of its own."""

from __future__ import annotations

import pytest

from data.submission import datasets
from data.submission.parquet_scan import answer

OF_THE_CHILD = ("test_datasets", "test_parquet_scan")
"""The files that test the child process itself."""


@pytest.fixture(autouse=True)
def same_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very same reading, without a process of its own."""
    if request.path.stem not in OF_THE_CHILD:
        monkeypatch.setattr(datasets, "_scan_in_child", answer)
