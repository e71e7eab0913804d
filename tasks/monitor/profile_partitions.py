"""Count the features of a window's days on the edges of the reference; each partition is counted only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import LogFormatError, StatisticsError
from data.logs.log_fault import LogFault, LogFaultKind
from data.logs.model_logs import LoggedDay, ModelLogs
from data.records.model import ColumnMapping
from monitoring.edges import Edges
from monitoring.profile import Part, Profile, empty_profile, merge
from monitoring.profile_file import CACHE_VERSION, from_bytes, to_bytes
from monitoring.scan import Layout, profile_files

SCORE = "score"


@dataclass(frozen=True)
class ProfiledDays:
    """The daily profiles of one version in the order of days, and the faults of days that could not be counted."""

    edges: Edges
    days: tuple[Profile, ...]
    faults: tuple[LogFault, ...]

    @property
    def window(self) -> Profile:
        """Return the profile of all days together."""
        return merge(empty_profile(self.edges), *self.days)


def profile_partitions(
    logs: ModelLogs, days: Sequence[LoggedDay], edges: Edges, columns: ColumnMapping, version: str
) -> ProfiledDays:
    """Return the profiles of one version (by its name in the log), from the cache where possible."""
    found = [_profile(logs, day, edges, columns, version) for day in days]
    return ProfiledDays(
        edges,
        tuple(one for one in found if isinstance(one, Profile)),
        tuple(one for one in found if isinstance(one, LogFault)),
    )


def _profile(logs: ModelLogs, day: LoggedDay, edges: Edges, columns: ColumnMapping, version: str) -> Profile | LogFault:
    if not day.rows_of(version):
        return empty_profile(edges, [Part(day.day.isoformat(), "", version)])
    key = ("profile", CACHE_VERSION, logs.mapping, day.identity, edges.digest)
    kept = logs.cache.get(*key, version)
    if kept is not None:
        try:
            return from_bytes(kept, edges)
        except StatisticsError:
            pass  # a damaged cache entry is counted again
    try:
        counted = profile_files(day.partition.files, edges, day.day.isoformat(), _layout(columns))
    except LogFormatError as error:
        return LogFault(LogFaultKind.UNCOUNTED, day.partition.folder.name, error.what, error.remedy)
    named = {part.model_version: profile for profile in counted for part in profile.parts}
    for name, profile in named.items():
        logs.cache.put(to_bytes(profile), *key, name)
    return named[version]


def _layout(columns: ColumnMapping) -> Layout:
    return Layout(mapping={SCORE: columns.score}, version_column=columns.model_version)
