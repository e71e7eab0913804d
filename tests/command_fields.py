"""Checks of commands whose fields are invalid, so that they are refused before any rule judges them."""

from __future__ import annotations

from pydantic import ValidationError

from data.registry.command import Command


def is_refused(kind: type[Command], field: str, value: object) -> bool:
    """Return True if a command refuses this value of this field, independently of its other fields."""
    try:
        kind.model_validate({field: value})
    except ValidationError as refused:
        return any(error["loc"][0] == field and error["type"] != "missing" for error in refused.errors())
    return False
