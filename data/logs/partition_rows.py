"""What was read of one partition of a log: its day, its rows and its faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from data.logs.log_fault import LogFault


@dataclass(frozen=True)
class PartitionRows:
    """The rows of one partition in the schema of its log, and its faults; a broken partition has no rows."""

    day: date
    rows: pa.Table
    faults: tuple[LogFault, ...] = ()

    @property
    def broken(self) -> bool:
        """True if a fault prevents the use of all rows of the partition."""
        return any(fault.breaks for fault in self.faults)
