"""Write and read the recovery report: what an earlier `up` left incomplete, and what was done about it.

Provisioning writes the report twice: before the worker starts, and when reconciling has ended. `up` shows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.files.durable_file import write_durably

FAILED = "failed"


@dataclass(frozen=True)
class RecoveryReport:
    """The findings by kind; the kind `failed` is for failures. The report is complete when reconciling has ended."""

    is_complete: bool
    findings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self, without: RecoveryReport | None = None) -> list[str]:
        """Return a line for each finding that is not in the report `without`."""
        shown = without.lines() if without is not None else []
        lines = [f"{kind}: {finding}" for kind, findings in self.findings.items() for finding in findings]
        return [one for one in lines if one not in shown]

    def with_failure(self, what: str) -> RecoveryReport:
        """Return a complete report with the same findings and one more failure."""
        failures = [*self.findings.get(FAILED, ()), what]
        return RecoveryReport(is_complete=True, findings={**self.findings, FAILED: failures})


def recovery_file(folder: Path) -> Path:
    """Return the path of the report in the supervisor's folder."""
    return folder / "recovery.json"


def write_recovery_report(folder: Path, report: RecoveryReport) -> None:
    """Write the report atomically. Raises OSError."""
    write_durably(recovery_file(folder), json.dumps(vars(report), indent=1).encode())


def read_recovery_report(folder: Path) -> RecoveryReport | None:
    """Return the report as written so far; None if there is none or it cannot be read."""
    try:
        return RecoveryReport(**json.loads(recovery_file(folder).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
