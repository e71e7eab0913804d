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
    """The systems that use a model, and their answers in retirements.

    `model` and `version` are the keys of what was named; empty if nothing was, or no version.
    """

    model: str
    version: str
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
    """Return a page of the consumers of the model of this name, and of their answers in its retirements.

    If the name is that of a version, the answers are those in its retirement. Without a name, both are of every model.
    Raises as `find_subject` does, and StoreError.
    """
    with registry.reading() as state:
        key = find_subject(state, text).key if text else ""
        model, _, number = key.partition("/versions/")
        systems, parties = read_page(state, Consumer, model, page), read_page(state, RetirementParty, key, page)
        return Consumers(model, key if number else "", systems, parties)
