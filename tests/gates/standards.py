"""A small standard for tests, as YAML, and functions that change it."""

from __future__ import annotations

import json
import re
from typing import Any

from gates.standard import LoadedStandard, baseline_text, load_standard

CONTROL: dict[str, Any] = {
    "id": "TST-1",
    "title": "tested",
    "source": "SR 11-7 §IV.1",
    "authority": "house policy",
    "rationale": "because",
    "gate": "testing",
    "stages": ["assess", "approve", "deploy"],
}
WRITTEN: dict[str, Any] = {
    "id": "small",
    "version": 3,
    "title": "Small",
    "about": "for tests",
    "controls": [CONTROL],
    "approvals": [{"roles": {"approver": 1}, "request_days": 7, "approval_days": 90, "rationale": "because"}],
    "oversight": [{"ratify_hours": 24, "ratify_roles": {"approver": 1}, "review_days": 365, "rationale": "because"}],
    "retirement": [
        {
            "notice_days": 30,
            "quiet_days": 14,
            "retention_years": 10,
            "roles": {"owner": 1},
            "request_days": 14,
            "rationale": "because",
        }
    ],
}


def control(**changes: Any) -> dict[str, Any]:
    """The control of the small standard, with some fields changed."""
    return {**CONTROL, **changes}


def text(**changes: Any) -> str:
    """The text of the small standard with some fields changed; one field a line, because JSON is YAML."""
    return json.dumps({**WRITTEN, **changes}, indent=1, ensure_ascii=False)


def standard(*controls: dict[str, Any], **changes: Any) -> LoadedStandard:
    """The small standard, loaded, with these controls."""
    defaults = {"controls": list(controls)} if controls else {}
    return load_standard(text(**defaults, **changes), "small.yaml")


def next_baseline() -> tuple[int, str]:
    """The number and the text of the baseline with the next higher version."""
    version = load_standard(baseline_text()).version + 1
    return version, re.sub(r"(?m)^version: \d+$", f"version: {version}", baseline_text())
