"""Narrowing a list to one model or one version."""

from __future__ import annotations

from typing import TypeVar

from data.queries.lookup import find_model, find_version
from data.records.model import Model
from data.records.row import Row
from data.registry.state import State

R = TypeVar("R", bound=Row)


def under(state: State, kind: type[R], about: str) -> list[R]:
    """The rows of a kind that belong to a model or version as it was typed; every row for nothing typed."""
    if not about:
        return state.find(kind)
    return state.under(kind, scope_key(state, about))


def scope_key(state: State, about: str) -> str:
    """The key of the version, or of the model where no number was typed. Raises NotFoundError, AmbiguousNameError."""
    if names_version(state, about):
        return find_version(state, about, "named").version.key
    return find_model(state, about).key


def names_version(state: State, text: str) -> bool:
    """Whether what was typed names a version rather than a model."""
    whole = text.removeprefix("models/")
    last = whole.rpartition("/")[2].removeprefix("v")
    is_model = whole.count("/") == 1 and state.get(Model, f"models/{whole}") is not None
    return "/" in whole and last.isdigit() and not is_model
