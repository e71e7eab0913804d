"""What somebody typed into a flow's form, as the keys that everything below it takes."""

from __future__ import annotations

from data.errors import InputError
from data.queries import lookup
from data.queries.rows import required_row
from data.records.model import Model
from data.records.names import model_of, short
from data.registry.registry import Registry


def model_named(text: str) -> str:
    """The key of the model called `name` or `team/name`. Raises as `data.queries.lookup.find_model`."""
    return lookup.model_named(Registry.here(), text).key


def version_named(text: str) -> str:
    """The key of the version called `name/4` or `team/name/4`.

    A model's name alone is not enough: a run that is taken up again after days would find another version newest.
    Raises as `data.queries.lookup.find_version`.
    """
    return lookup.version_named(Registry.here(), text, "named").version.key


def use_named(version: str, use: str) -> str:
    """The use itself, or the only one that the model is intended for. Raises InputError when there are several."""
    if use:
        return use
    model = required_row(Registry.here(), Model, model_of(version))
    if len(model.intended_uses) == 1:
        return model.intended_uses[0]
    listed = "; ".join(model.intended_uses)
    raise InputError(f"{short(model.key)} is intended for more than one use: {listed}", "name the one that is meant")
