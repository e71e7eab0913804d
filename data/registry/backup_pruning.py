"""Delete the oldest attested backups, each with an event first, so that a deleted backup is never unexplained.

Only backups that an attestation names are deleted, and never the newest of them. A backup that was made by hand, or by
an earlier version without a list of its files, stays.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from data.errors import StoreError
from data.records.log import Attestation
from data.records.run_context import RunContext
from data.registry.backup import LIST
from data.registry.commands.log import PruneBackup
from data.registry.registry import Registry

DATABASE = "registry/registry.duckdb"
LEAVING = ".pruned-"
"""The beginning of the name of a folder that is being deleted; a name with a dot is not compared."""


def prune_backups(registry: Registry, kept: int, context: RunContext) -> list[str]:
    """Delete the attested backups except the newest `kept`, which the rules limit from below; return their names.

    The event is written and anchored before anything is deleted; after a crash in between, the next call deletes the
    folder. Raises StoreError, AuditError, and IllegalMoveError when `kept` is too small.
    """
    folder = registry.home.backups
    for rest in folder.glob(f"{LEAVING}*"):
        _remove(rest)
    pruned = []
    for name, attestation in _beyond(registry, kept):
        registry.execute(PruneBackup(attestation=attestation.key, backup=name), context)
        leaving = folder / f"{LEAVING}{name}"
        (folder / name).rename(leaving)
        _remove(leaving)
        pruned.append(name)
    return pruned


def _beyond(registry: Registry, kept: int) -> list[tuple[str, Attestation]]:
    """Return the attested backups in the home that are older than the newest `kept` there, oldest first."""
    digests = {one: digest for one in sorted(registry.home.backups.glob("*")) if (digest := _listed_database(one))}
    with registry.reading() as state:
        attested = {one.backup_digest: one for one in state.among(Attestation, "backup_digest", digests.values())}
    found = [(path.name, attested[digest]) for path, digest in digests.items() if digest in attested]
    in_order = sorted(found, key=lambda pair: pair[1].number)
    return in_order[: max(0, len(in_order) - kept)]


def _listed_database(backup: Path) -> str:
    """Return the digest of the database in the list of a backup; empty for a folder without a readable list."""
    if backup.name.startswith("."):
        return ""
    try:
        return str(json.loads((backup / LIST).read_bytes())["files"][DATABASE])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(f"{folder} cannot be deleted: {error}", f"make {folder.parent} writable") from error
