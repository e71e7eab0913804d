"""Reads in one snapshot everything against which a change of a registered model is compared."""

from __future__ import annotations

from dataclasses import dataclass

from data.queries.lookup import find_model
from data.records.model import Model
from data.records.person import Person
from data.records.version import Version
from data.registry.current_actor import current_actor
from data.registry.registry import Registry


@dataclass(frozen=True)
class AmendmentSnapshot:
    """A model, the Git commit of its latest version (None without one), the roster, the acting person's id."""

    model: Model
    newest_commit: str | None
    people: tuple[Person, ...]
    user: str


def amendment_snapshot(registry: Registry, text: str) -> AmendmentSnapshot:
    """Return the model of this name before it is amended. Raises as `find_model` does, and StoreError."""
    with registry.reading() as state:
        model = find_model(state, text)
        versions = state.find(Version, model=model.key)
        commit = versions[-1].code.commit if versions else None
        return AmendmentSnapshot(model, commit, tuple(state.find(Person)), current_actor(state).id)
