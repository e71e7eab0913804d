"""What somebody typed into a flow's form, as the keys that everything below it takes."""

from __future__ import annotations

from data.errors import InputError
from data.queries.lookup import find_model, find_version
from data.records.model import Model
from data.records.names import short
from data.records.version import Version
from data.registry.registry import Registry


def model_named(text: str) -> str:
    """The key of the model called `name` or `team/name`. Raises as `data.queries.lookup.find_model`."""
    with Registry.here().reading() as state:
        known = state.get(Model, text)
        return text if known is not None else find_model(state, text).key


def version_named(text: str) -> str:
    """The key of the version called `name/4` or `team/name/4`.

    A model's name alone is not enough: a run that is taken up again after days would find another version newest.
    Raises as `data.queries.lookup.find_version`.
    """
    with Registry.here().reading() as state:
        return find_version(state, text, "named").version.key


def use_named(version: str, use: str) -> str:
    """The use itself, or the only one that the model is intended for. Raises InputError when there are several."""
    if use:
        return use
    with Registry.here().reading() as state:
        model = state.need(Model, state.need(Version, version).model)
    if len(model.intended_uses) == 1:
        return model.intended_uses[0]
    listed = "; ".join(model.intended_uses)
    raise InputError(f"{short(model.key)} is intended for more than one use: {listed}", "name the one that is meant")
