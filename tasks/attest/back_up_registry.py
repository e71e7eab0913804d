"""Back up the registry to a new folder of the home: database, journal, anchors, and a verifier for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.registry.backup import backup_registry
from data.registry.registry import Registry
from tasks.run.take_steps import name_step, step


@dataclass(frozen=True)
class WrittenBackup:
    """A backup: its folder, and the files in it that a verification reads."""

    folder: Path
    database: Path
    journal: Path
    anchors: tuple[tuple[str, Path], ...]
    authorities: Path | None


@step("back up registry")
def write_backup() -> WrittenBackup:
    """Write a backup of the registry. Raises StoreError."""
    registry = Registry.here()
    folder = registry.home.backups / f"registry-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    files = backup_registry(registry, folder)
    name_step(f"back up to {folder.name}")
    return WrittenBackup(folder, files.database, files.journal, files.anchors, files.authorities)
