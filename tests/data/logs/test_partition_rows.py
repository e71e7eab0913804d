"""A partition is broken by a fault that prevents the use of all its rows, and by no other."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.partition_rows import PartitionRows

DAY, ROWS = date(2013, 4, 1), pa.table({"label": [1.0]})


@pytest.mark.parametrize("kind", LogFaultKind)
def test_a_fault_breaks_the_partition_if_it_breaks_its_file(kind: LogFaultKind) -> None:
    fault = LogFault(kind, "date=2013-04-01", "what", "remedy")
    assert PartitionRows(DAY, ROWS, (fault,)).broken == fault.breaks


def test_a_partition_without_faults_is_not_broken() -> None:
    assert not PartitionRows(DAY, ROWS).broken
