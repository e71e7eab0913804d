"""The rows of record.py about the registry: look-ups, lists and a registration, as calls and as commands.

The product is imported in the child processes only: the peak memory of a child process is at least that of its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cost import CostRow, calls, command, median_cpu

FIRST = "ops/m00000"
COMMAND = {"cpu": 1.0, "megabytes": 250.0}


def _version(registry: Any) -> object:
    from data.queries.lookup import version_named

    return version_named(registry, f"{FIRST}/1")


def _versions(registry: Any) -> object:
    from data.queries.subject_record import subject_record

    return subject_record(registry, FIRST)


def _page(registry: Any) -> object:
    from data.queries.inventory import inventory
    from data.queries.paging import PageRequest
    from data.queries.version_filter import VersionFilter

    return inventory(registry, versions=VersionFilter(team="ops", serving=True), page=PageRequest(1, 50))


def _as_of(registry: Any) -> object:
    from data.queries.history import slot_as_of

    return slot_as_of(registry, FIRST, datetime(2013, 4, 1, tzinfo=UTC))


def _median(call: Callable[[Any], object]) -> Callable[[], float]:
    """Return a step: the median CPU time of a call in a registry that is held open."""

    def step() -> float:
        from data.registry.registry import Registry

        registry = Registry.here()
        with registry.session():
            return median_cpu(lambda: call(registry))

    return step


STEPS: Mapping[str, Callable[[], float]] = {
    "version": _median(_version),
    "versions": _median(_versions),
    "page": _median(_page),
    "as-of": _median(_as_of),
}

ROWS = (
    CostRow("one version by name", calls("version"), 0.005),
    CostRow("the versions of a model", calls("versions"), 0.010),
    CostRow("a page of 50 of the inventory, filtered", calls("page"), 0.030),
    CostRow("what served at a moment", calls("as-of"), 0.020),
    CostRow("modelward --help", command("--help"), 0.4),
    CostRow("modelward inventory", command("inventory"), **COMMAND),
    CostRow("modelward approvals list", command("approvals", "list"), **COMMAND),
    CostRow("modelward show MODEL", command("show", FIRST), **COMMAND),
    CostRow("modelward show VERSION", command("show", f"{FIRST}/1"), **COMMAND),
    CostRow("modelward history MODEL", command("history", FIRST), **COMMAND),
    CostRow("modelward history MODEL --as-of", command("history", FIRST, "--as-of", "2013-04-01"), **COMMAND),
)
