"""What a command does not even take: the first door, before any rule is asked."""

from __future__ import annotations

from pydantic import ValidationError

from data.registry.command import Command


def is_refused(kind: type[Command], field: str, value: object) -> bool:
    """Whether a command refuses this value of this field, whatever the others hold."""
    try:
        kind.model_validate({field: value})
    except ValidationError as refused:
        return any(error["loc"][0] == field and error["type"] != "missing" for error in refused.errors())
    return False
