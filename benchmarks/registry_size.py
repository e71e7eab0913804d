"""The sizes of the registries that record.py measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The size of a registry: models, versions in all (the same number of each model), and events at least."""

    models: int
    versions: int
    events: int

    @property
    def name(self) -> str:
        return f"{self.models}-models-{self.versions}-versions-{self.events}-events"


SIZES = {
    1_000: Size(20, 60, 1_000),
    10_000: Size(200, 600, 10_000),
    100_000: Size(2_000, 6_000, 100_000),
    1_000_000: Size(2_000, 10_000, 1_000_000),
}
"""The sizes that the benchmarks use, by number of events."""
