"""Reads what is already registered of a model, for a submission that is to become its next version."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from data.records.log import Standard
from data.records.model import Consumer, Model, MonitoringPlan, TestPlan
from data.records.person import Person
from data.records.version import Dataset, Section, Version
from data.registry.registry import Registry


@dataclass(frozen=True)
class RegisteredModel:
    """A model with its versions, its latest plans and its consumers; None where nothing is recorded."""

    model: Model | None
    versions: tuple[Version, ...]
    test_plan: TestPlan | None
    monitoring_plan: MonitoringPlan | None
    consumers: tuple[Consumer, ...]


@dataclass(frozen=True)
class RegisteredFacts:
    """The facts against which a submission is checked.

    `adopted` are ids of standards, `upstream` keys of registered versions.
    """

    model: Model | None
    versions: tuple[Version, ...]
    adopted: frozenset[str]
    upstream: frozenset[str]


@dataclass(frozen=True)
class ParentFacts:
    """The parent that was chosen for a submission, with its sections and datasets, and the roster."""

    parent: Version | None
    sections: tuple[Section, ...]
    datasets: tuple[Dataset, ...]
    roster: tuple[Person, ...]


def registered_model(registry: Registry, model: str) -> RegisteredModel:
    """Return everything recorded about a model that a submission may change. Raises StoreError."""
    with registry.reading() as state:
        plans, watched = state.find(TestPlan, model=model), state.find(MonitoringPlan, model=model)
        return RegisteredModel(
            state.get(Model, model),
            tuple(state.find(Version, model=model)),
            plans[-1] if plans else None,
            watched[-1] if watched else None,
            tuple(state.find(Consumer, model=model)),
        )


def parent_facts(
    registry: Registry, model: str, upstream: Collection[str], choose: Callable[[RegisteredFacts], Version | None]
) -> ParentFacts:
    """Return the parent that `choose` selects, and its rows, read in one snapshot.

    Raises as `choose` does, and StoreError.
    """
    with registry.reading() as state:
        facts = RegisteredFacts(
            state.get(Model, model),
            tuple(state.find(Version, model=model)),
            frozenset(one.standard for one in state.find(Standard)),
            frozenset(key for key in upstream if state.get(Version, key) is not None),
        )
        parent = choose(facts)
        return ParentFacts(
            parent,
            tuple(state.find(Section, version=parent.key)) if parent is not None else (),
            tuple(state.find(Dataset, version=parent.key)) if parent is not None else (),
            tuple(state.find(Person)),
        )
