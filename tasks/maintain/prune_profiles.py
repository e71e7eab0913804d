"""Delete old cached counts of log partitions; a deleted partition is counted again when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from data.files.home import Home
from data.logs.profile_cache import ProfileCache
from data.records.run_context import RunContext
from data.text.counted import counted
from tasks.run.run_due_jobs import Due

KEPT = timedelta(days=180)
"""Labels are read for 120 days. Older windows are rare, and their partitions are counted again."""


def pruned_profiles(context: RunContext) -> Iterator[Due]:
    """Yield the cache of profiles as one job; the age of its files is measured by the system clock."""
    home = Home.here()
    yield "profiles", partial(_pruned, ProfileCache(home.profiles, home.keys), datetime.now(UTC) - KEPT)


def _pruned(cache: ProfileCache, before: datetime) -> str:
    count = cache.prune(before)
    return f"deleted {counted(count, 'cached count')} older than {KEPT.days} days" if count else ""
