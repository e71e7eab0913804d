"""Datasets are read in this process, which saves a second each; the child process is tested separately."""

from __future__ import annotations

import pytest

from data.submission import datasets
from data.submission.parquet_scan import answer

OF_THE_CHILD = ("test_datasets", "test_parquet_scan")
"""The files that test the child process itself."""


@pytest.fixture(autouse=True)
def same_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan datasets in this process instead of a child process."""
    if request.path.stem not in OF_THE_CHILD:
        monkeypatch.setattr(datasets, "_scan_in_child", answer)
