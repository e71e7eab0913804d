"""Known violations of the rules in this folder: their number by folder, or their names. A table only becomes smaller.

A folder or name that is not in its table has no allowance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

WORDS: Mapping[str, int] = {
    "data/logs": 1,
    "monitoring": 1,
    "tests/data": 7,
    "tests/gates": 1,
    "tests/modelward": 4,
    "tests/monitoring": 2,
}
NAMES: Mapping[str, int] = {}
PRIVATE_NAMES: Mapping[str, int] = {}
DOUBLED_TYPES: frozenset[str] = frozenset()
LONG_FILES: frozenset[str] = frozenset()
LONG_FUNCTIONS: frozenset[str] = frozenset()
WITHOUT_MIRROR: frozenset[str] = frozenset()


def folder_of(path: Path) -> str:
    """Return the first two folders of a path, such as `tasks/monitor`; `.` for the root."""
    return Path(*path.parts[:-1][:2]).as_posix()


def over(found: Mapping[str, list[str]], allowed: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the folders with more violations than allowed, with all their violations."""
    return {folder: places for folder, places in found.items() if len(places) > allowed.get(folder, 0)}
