"""Let go of counts of log partitions that no night looks at any more: they are only kept to save counting again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from data.files.home import Home
from data.logs.profile_cache import ProfileCache
from data.records.run_context import RunContext
from tasks.run.run_due_jobs import Due

KEPT = timedelta(days=180)
"""A label is looked for in 120 days; a window that reaches further back is counted anew twice a year."""


def pruned_profiles(run: RunContext) -> Iterator[Due]:
    """The cache of profiles as one thing that is due; its files age by the clock on the wall."""
    yield "profiles", partial(_pruned, ProfileCache(Home.here().profiles), datetime.now(UTC) - KEPT)


def _pruned(cache: ProfileCache, before: datetime) -> str:
    count = cache.prune(before)
    return f"let go of {count:,} counts that are older than {KEPT.days} days" if count else ""
