"""Delete cached counts of log partitions that no night reads any more: the cache only saves counting them again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from data.files.home import Home
from data.logs.profile_cache import ProfileCache
from data.records.run_context import RunContext
from tasks.run.run_due_jobs import Due

KEPT = timedelta(days=180)
"""Labels are read for 120 days; an older window is rare, and its partitions are counted again."""


def pruned_profiles(context: RunContext) -> Iterator[Due]:
    """The cache of profiles as one job; its files age by the wall clock."""
    yield "profiles", partial(_pruned, ProfileCache(Home.here().profiles), datetime.now(UTC) - KEPT)


def _pruned(cache: ProfileCache, before: datetime) -> str:
    count = cache.prune(before)
    return f"deleted {count:,} cached counts that are older than {KEPT.days} days" if count else ""
