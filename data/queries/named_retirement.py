"""The retirement of a version, and who is affected by it."""

from __future__ import annotations

from dataclasses import dataclass

from data.queries.lookup import find_subject, find_version
from data.records.model import Consumer
from data.records.retirement import Retirement, RetirementParty
from data.records.version import Version
from data.registry.registry import Registry


@dataclass(frozen=True)
class NamedRetirement:
    """A version, its retirement if one was opened, and the version that was named as its successor."""

    version: Version
    retirement: Retirement | None
    successor: Version | None


@dataclass(frozen=True)
class Consumers:
    """The systems that use a model, and the answers of those that a retirement affects."""

    systems: tuple[Consumer, ...]
    parties: tuple[RetirementParty, ...]


def retirement_named(registry: Registry, text: str, successor: str = "") -> NamedRetirement:
    """The retirement of the version called `model/3`. Raises as `find_version` for either name, and StoreError."""
    with registry.reading() as state:
        version = find_version(state, text, "named").version
        heir = find_version(state, successor, "named").version if successor else None
        return NamedRetirement(version, state.get(Retirement, f"{version.key}/retirement"), heir)


def consumers_of(registry: Registry, text: str = "") -> Consumers:
    """The consumers of the model or version of this name; of every model without one.

    Raises as `find_subject`, and StoreError.
    """
    with registry.reading() as state:
        if not text:
            return Consumers(tuple(state.find(Consumer)), tuple(state.find(RetirementParty)))
        key = find_subject(state, text).key
        return Consumers(tuple(state.under(Consumer, key)), tuple(state.under(RetirementParty, key)))
