"""List the allowed values of a record field; they are stored in events, so none may be removed or renamed."""

from __future__ import annotations

from enum import Enum
from typing import Any, get_args

from data.records.row import Frozen


def choices(kind: type[Frozen], field: str) -> str:
    """Return the allowed values of a field in their order, joined by ` | `, without None."""
    return " | ".join(_words(kind.model_fields[field].annotation))


def _words(annotation: Any) -> list[str]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(one.value) for one in annotation]
    if isinstance(annotation, str):
        return [annotation]
    return [word for one in get_args(annotation) if one is not type(None) for word in _words(one)]
