"""Reads the retirement of a version, and the consumers that it affects."""

from __future__ import annotations

from dataclasses import dataclass

from data.queries.lookup import find_subject, find_version, read_page
from data.queries.paging import EVERYTHING, PageRequest, RowPage
from data.records.model import Consumer
from data.records.retirement import Retirement, RetirementParty
from data.records.version import Version
from data.registry.registry import Registry


@dataclass(frozen=True)
class NamedRetirement:
    """A version, its retirement if one was opened, and the version named as its successor."""

    version: Version
    retirement: Retirement | None
    successor: Version | None


@dataclass(frozen=True)
class Consumers:
    """The systems that use a model, and their answers in retirements."""

    systems: RowPage[Consumer]
    parties: RowPage[RetirementParty]


def retirement_named(registry: Registry, text: str, successor: str = "") -> NamedRetirement:
    """Return the retirement of the version named `model/3`.

    Raises as `find_version` does for either name, and StoreError.
    """
    with registry.reading() as state:
        version = find_version(state, text, "named").version
        heir = find_version(state, successor, "named").version if successor else None
        return NamedRetirement(version, state.get(Retirement, f"{version.key}/retirement"), heir)


def consumers_of(registry: Registry, text: str = "", page: PageRequest = EVERYTHING) -> Consumers:
    """Return a page of the consumers of the model or version of this name; without a name, of those of every model.

    Raises as `find_subject` does, and StoreError.
    """
    with registry.reading() as state:
        key = find_subject(state, text).key if text else ""
        return Consumers(read_page(state, Consumer, key, page), read_page(state, RetirementParty, key, page))
