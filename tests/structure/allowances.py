"""What does not hold yet of the rules in this folder: places by folder, or names. A table only becomes smaller.

A folder or name that is not in its table has no allowance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

WORDS: Mapping[str, int] = {
    ".": 12,
    "benchmarks": 4,
    "data": 4,
    "data/audit": 12,
    "data/files": 1,
    "data/flights": 1,
    "data/logs": 6,
    "data/notices": 13,
    "data/records": 5,
    "data/registry": 91,
    "data/submission": 17,
    "docs": 59,
    "docs/adr": 20,
    "flows": 5,
    "gates": 30,
    "gates/standards": 4,
    "modelward": 9,
    "modelward/cli": 1,
    "modelward/commands": 27,
    "modelward/demo": 12,
    "modelward/runs": 11,
    "modelward/supervisor": 39,
    "modelward/templates": 3,
    "modelward/web": 2,
    "monitoring": 12,
    "tasks": 1,
    "tasks/approve": 3,
    "tasks/maintain": 11,
    "tasks/monitor": 14,
    "tasks/notify": 5,
    "tasks/register": 2,
    "tasks/retire": 4,
    "tasks/run": 6,
    "tasks/validate": 6,
    "views/charts": 4,
    "views/forms": 6,
    "views/pages": 13,
}
NAMES: Mapping[str, int] = {
    ".": 1,
    "benchmarks": 12,
    "data/audit": 2,
    "data/flights": 1,
    "data/logs": 22,
    "data/notices": 6,
    "data/queries": 2,
    "data/registry": 63,
    "data/submission": 18,
    "data/text": 5,
    "flows": 6,
    "gates": 19,
    "modelward": 9,
    "modelward/cli": 6,
    "modelward/commands": 45,
    "modelward/demo": 30,
    "modelward/runs": 15,
    "modelward/supervisor": 29,
    "modelward/web": 9,
    "monitoring": 23,
    "tasks/approve": 3,
    "tasks/attest": 1,
    "tasks/deploy": 9,
    "tasks/maintain": 28,
    "tasks/monitor": 26,
    "tasks/notify": 6,
    "tasks/register": 13,
    "tasks/retire": 16,
    "tasks/run": 11,
    "tasks/validate": 14,
    "tests": 37,
    "tests/browser": 7,
    "tests/data": 145,
    "tests/docs": 4,
    "tests/flows": 26,
    "tests/gates": 31,
    "tests/modelward": 159,
    "tests/monitoring": 4,
    "tests/structure": 3,
    "tests/tasks": 68,
    "tests/views": 38,
    "views/charts": 17,
    "views/forms": 16,
    "views/pages": 44,
}
DOUBLED_CLASSES: frozenset[str] = frozenset(
    {
        "Answer",
        "Entry",
        "FaultKind",
        "Figure",
        "Finding",
        "Judged",
        "Measured",
        "Proven",
        "Registry",
        "Row",
        "Seen",
        "State",
        "Window",
    }
)
LONG_FILES: frozenset[str] = frozenset({"modelward/commands/people.py"})
LONG_FUNCTIONS: frozenset[str] = frozenset({"_show_model", "list_consumers"})
WITHOUT_MIRROR: frozenset[str] = frozenset(
    {
        "data/records/run_context.py",
        "views/charts/line_chart.py",
        "views/charts/svg_calibration.py",
        "views/charts/svg_histogram.py",
        "views/forms/release_form.py",
        "views/forms/retirement_tables.py",
        "views/forms/validation_form.py",
        "views/forms/version_facts.py",
        "views/pages/collect.py",
        "views/pages/eligible_signers.py",
        "views/pages/facts.py",
        "views/pages/filter_style.py",
        "views/pages/inventory_view.py",
        "views/pages/lifecycle_stage.py",
        "views/pages/page.py",
        "views/pages/page_manifest.py",
        "views/pages/section_text.py",
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
