"""Delete the oldest attested backups, as many as the setting `backups_kept` says, each with an event."""

from __future__ import annotations

from data.records.run_context import RunContext
from data.registry.backup_pruning import prune_backups
from data.registry.registry import Registry
from data.settings import read_settings
from data.text.counted import counted
from tasks.run.take_steps import name_step, step


@step("prune backups")
def prune_old_backups(context: RunContext) -> int:
    """Delete the backups beyond the newest that are kept; return their number.

    Raises ConfigurationError, StoreError, AuditError.
    """
    kept = read_settings().backups_kept
    pruned = prune_backups(Registry.here(), kept, context) if kept is not None else []
    name_step(f"prune backups: {counted(len(pruned), 'backup')} deleted")
    return len(pruned)
