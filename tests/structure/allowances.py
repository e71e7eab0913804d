"""What does not hold yet of the rules in this folder: places by folder, or names. A table only becomes smaller.

A folder or name that is not in its table has no allowance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

WORDS: Mapping[str, int] = {
    ".": 2,
    "data/files": 1,
    "data/flights": 1,
    "data/queries": 2,
    "data/registry": 1,
    "data/submission": 17,
    "docs": 20,
    "flows": 5,
    "modelward": 9,
    "modelward/cli": 2,
    "modelward/commands": 23,
    "modelward/demo": 12,
    "modelward/runs": 11,
    "modelward/supervisor": 1,
    "modelward/templates": 3,
    "tasks": 1,
    "tasks/approve": 3,
    "tasks/maintain": 11,
    "tasks/monitor": 14,
    "tasks/notify": 5,
    "tasks/register": 2,
    "tasks/retire": 4,
    "tasks/run": 6,
    "tasks/validate": 5,
    "views/charts": 4,
    "views/pages": 8,
}
NAMES: Mapping[str, int] = {
    "data/flights": 1,
    "data/logs": 5,
    "data/notices": 1,
    "data/queries": 3,
    "data/submission": 18,
    "data/text": 5,
    "flows": 4,
    "modelward": 8,
    "modelward/cli": 6,
    "modelward/commands": 45,
    "modelward/demo": 30,
    "modelward/runs": 15,
    "tasks/approve": 4,
    "tasks/attest": 1,
    "tasks/deploy": 9,
    "tasks/maintain": 28,
    "tasks/monitor": 23,
    "tasks/notify": 6,
    "tasks/register": 12,
    "tasks/retire": 16,
    "tasks/run": 9,
    "tasks/validate": 12,
    "tests": 36,
    "tests/browser": 7,
    "tests/data": 145,
    "tests/docs": 4,
    "tests/flows": 26,
    "tests/modelward": 157,
    "tests/tasks": 68,
    "tests/views": 37,
    "views/charts": 17,
    "views/forms": 11,
    "views/pages": 22,
}
PRIVATE_NAMES: Mapping[str, int] = {
    "modelward": 1,
    "modelward/cli": 1,
    "modelward/commands": 2,
    "modelward/runs": 7,
    "views/pages": 1,
}
DOUBLED_CLASSES: frozenset[str] = frozenset()
LONG_FILES: frozenset[str] = frozenset({"modelward/commands/people.py"})
LONG_FUNCTIONS: frozenset[str] = frozenset({"_show_model", "list_consumers"})
WITHOUT_MIRROR: frozenset[str] = frozenset(
    {
        "views/charts/line_chart.py",
        "views/charts/svg_calibration.py",
        "views/charts/svg_histogram.py",
        "views/forms/release_form.py",
        "views/forms/retirement_tables.py",
        "views/forms/validation_form.py",
        "views/forms/version_facts.py",
        "views/pages/filter_style.py",
        "views/pages/inventory_view.py",
        "views/pages/lifecycle_stage.py",
        "views/pages/page.py",
        "views/pages/page_manifest.py",
        "views/pages/timeline.py",
        "views/pages/watch_rules.py",
    }
)


def folder_of(path: Path) -> str:
    """The first two folders of a path: `tasks/monitor`; `.` for the root."""
    return Path(*path.parts[:-1][:2]).as_posix()


def over(found: Mapping[str, list[str]], allowed: Mapping[str, int]) -> dict[str, list[str]]:
    """The folders with more places than they may have, and all their places."""
    return {folder: places for folder, places in found.items() if len(places) > allowed.get(folder, 0)}
