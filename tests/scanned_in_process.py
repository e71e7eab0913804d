"""Scan submitted datasets in the test process: the child process of each scan costs a quarter of a second.

The child process itself, its limits and hostile files are tested where IN_A_CHILD says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.submission import datasets
from data.submission.parquet_scan import answer

IN_A_CHILD = ("attacks", "data/submission/test_datasets", "data/submission/test_parquet_scan", "modelward/test_bad_")
"""Folders and name prefixes of files below `tests` whose tests start the child process, as the product does."""


@pytest.fixture(autouse=True)
def datasets_are_scanned_in_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """Scan in this process, except in the tests of the child process."""
    if request.path.relative_to(Path(__file__).parent).as_posix().startswith(IN_A_CHILD):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "_scan_in_child", answer)
        yield
