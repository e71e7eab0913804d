"""Chooses the versions of a list by the properties of the version and of its model, one page at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import duckdb

from data.queries.paging import PageRequest, RowPage

EVERY_ROW = 1 << 62


@dataclass(frozen=True)
class VersionFilter:
    """The versions of a list: of a model (its key), a team, an owner, a tier, in a review state, that serve now.

    An empty text, tier 0 and `serving` False choose every version.
    """

    model: str = ""
    team: str = ""
    owner: str = ""
    tier: int = 0
    state: str = ""
    serving: bool = False


ANY_VERSION = VersionFilter()


def chosen_versions(connection: duckdb.DuckDBPyConnection, chosen: VersionFilter, page: PageRequest) -> RowPage[str]:
    """Return the keys of a page of the versions that fit, by team, model and number. Only these keys leave DuckDB."""
    limits = {"rows": page.size or EVERY_ROW, "offset": page.offset}
    found = connection.execute(_sql(), {**asdict(chosen), **limits}).fetchall()
    if not found and page.offset:
        first = chosen_versions(connection, chosen, PageRequest(1, page.size))
        return RowPage((), page, first.total)
    return RowPage(tuple(key for key, _ in found), page, found[0][1] if found else 0)


@cache
def _sql() -> str:
    return files("data.queries").joinpath("version_filter.sql").read_text("utf-8")
