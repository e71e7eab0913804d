"""Chooses the versions of a list by the properties of the version and of its model, one page at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import duckdb

from data.queries.paging import Page, PageRequest

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


def chosen_versions(connection: duckdb.DuckDBPyConnection, wanted: VersionFilter, page: PageRequest) -> Page[str]:
    """Return the keys of a page of the versions that fit, by team, model and number. Only these keys leave DuckDB."""
    limits = {"rows": page.size or EVERY_ROW, "offset": page.offset}
    found = connection.execute(_sql(), {**asdict(wanted), **limits}).fetchall()
    if not found and page.offset:
        first = chosen_versions(connection, wanted, PageRequest(1, page.size))
        return Page((), page, first.total)
    return Page(tuple(key for key, _ in found), page, found[0][1] if found else 0)


@cache
def _sql() -> str:
    return files("data.queries").joinpath("version_filter.sql").read_text("utf-8")
