"""What an earlier `up` had left incomplete and what became of it: written by provisioning, shown by `up`.

Written twice: when everything is deployed, so that the worker may start, and again when reconciling has ended.
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
    """Findings by kind, with what was done; under `failed` what could not be done. Complete when reconciling ended."""

    is_complete: bool
    findings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self, without: RecoveryReport | None = None) -> list[str]:
        """A line for each finding, except those of an earlier report."""
        shown = without.lines() if without is not None else []
        lines = [f"{kind}: {finding}" for kind, findings in self.findings.items() for finding in findings]
        return [one for one in lines if one not in shown]

    def with_failure(self, what: str) -> RecoveryReport:
        """The same findings, completed by a failure."""
        failures = [*self.findings.get(FAILED, ()), what]
        return RecoveryReport(is_complete=True, findings={**self.findings, FAILED: failures})


def recovery_file(folder: Path) -> Path:
    """The file of the report."""
    return folder / "recovery.json"


def write_recovery_report(folder: Path, report: RecoveryReport) -> None:
    """Write the report atomically. Raises OSError."""
    write_durably(recovery_file(folder), json.dumps(vars(report), indent=1).encode(), 0o600)


def read_recovery_report(folder: Path) -> RecoveryReport | None:
    """The findings so far; None while nothing was written."""
    try:
        return RecoveryReport(**json.loads(recovery_file(folder).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
