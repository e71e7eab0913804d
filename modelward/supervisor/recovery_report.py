"""What an earlier `up` had left half done, and what became of it: written by who furnishes the house, told by `up`.

Written twice: once everything is deployed, so that the worker may start, and again when reconciling has ended.
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
    """By kind, what was found and done, under `failed` what could not be; `whole` once reconciling has ended."""

    whole: bool
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def lines(self, but: RecoveryReport | None = None) -> list[str]:
        """A line for each thing, but for those that were told already."""
        told = but.lines() if but is not None else []
        lines = [f"{kind}: {thing}" for kind, things in self.told.items() for thing in things]
        return [one for one in lines if one not in told]

    def and_failed(self, what: str) -> RecoveryReport:
        """The same, ended by a failure."""
        return RecoveryReport(whole=True, told={**self.told, FAILED: [*self.told.get(FAILED, ()), what]})


def leftovers_file(folder: Path) -> Path:
    """Where they stand."""
    return folder / "leftovers.json"


def write_leftovers(folder: Path, found: RecoveryReport) -> None:
    """Whole or not at all. Raises OSError."""
    write_durably(leftovers_file(folder), json.dumps(vars(found), indent=1).encode(), 0o600)


def read_leftovers(folder: Path) -> RecoveryReport | None:
    """What has been found so far; None while nothing was said."""
    try:
        return RecoveryReport(**json.loads(leftovers_file(folder).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
