"""Lines about the files that differ from the record, as `doctor` and `status` print them."""

from __future__ import annotations

from data.errors import ModelwardError
from data.queries.due_work import unresolved_differences
from data.queries.lookup import reference
from data.registry.registry import Registry

SHOWN = 3
PATIENCE_SECONDS = 5.0
SEE_INCIDENTS = (
    "run `modelward incidents list`, find out who changed the files, restore them, then `modelward incidents resolve`"
)


def difference_lines(registry: Registry) -> list[str]:
    """Return a line for each of the first open incidents about a changed file, and their number. Raises StoreError."""
    found = unresolved_differences(registry)
    lines = [f"{one.title} ({reference(one.key)})" for one in found[:SHOWN]]
    return [*lines, f"and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else lines


def differences_now() -> tuple[list[str], str]:
    """Return the lines of this home, and why they cannot be read, empty if they could; waits PATIENCE_SECONDS."""
    try:
        return difference_lines(Registry.here(PATIENCE_SECONDS)), ""
    except ModelwardError as error:
        return [], error.what
