"""Convert names typed into a flow's form to the keys that the steps use."""

from __future__ import annotations

from data.errors import InputError
from data.queries import lookup
from data.queries.rows import required_row
from data.records.model import Model
from data.records.names import model_of, short
from data.registry.registry import Registry


def model_named(text: str) -> str:
    """Return the key of the model called `name` or `team/name`.

    Raises in the same cases as `data.queries.lookup.find_model`.
    """
    return lookup.model_named(Registry.here(), text).key


def version_named(text: str) -> str:
    """Return the key of the version called `name/4` or `team/name/4`.

    The name of a model without a version is not accepted, because a run that is resumed after days would find another
    latest version. Raises in the same cases as `data.queries.lookup.find_version`.
    """
    return lookup.version_named(Registry.here(), text, "named").version.key


def use_named(version: str, use: str) -> str:
    """Return the given use, or the only intended use of the model. Raises InputError when there are several."""
    if use:
        return use
    model = required_row(Registry.here(), Model, model_of(version))
    if len(model.intended_uses) == 1:
        return model.intended_uses[0]
    listed = "; ".join(model.intended_uses)
    raise InputError(f"{short(model.key)} is intended for more than one use: {listed}", "choose one of these uses")
